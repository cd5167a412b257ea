/** Work before the platforms: asks the ledger about all of them at once, and makes only the pictures that will be sent. */
import type { Platform } from '../../contract/platform.ts'
import type { Publisher } from '../../ports/publisher.ts'
import type { Ledger, Standing } from '../ledger.ts'
import { expectUnchanged, type PictureTools, readPictures } from '../original.ts'
import type { Located } from './locate.ts'
import { createPictures, type Pictures } from './pictures.ts'
import { needsPicture } from './platform.ts'

type Standings = (platform: Platform) => Promise<Standing>

/** Asks the ledger about each platform once, and about all of them at the same time. */
export function standingsOf(ledger: Ledger, sha256: string, publishers: readonly Publisher[]): Standings {
  const asked = new Map(
    publishers.map(({ platform }) => [platform, ledger.standing(sha256, platform)] as const),
  )
  // The platform's own result reports the error.
  for (const standing of asked.values()) standing.catch(() => undefined)
  return (platform) => asked.get(platform) ?? ledger.standing(sha256, platform)
}

export interface PictureOrder {
  publishers: readonly Publisher[]
  standing: Standings
  request: { force: boolean }
}

/** Begins the pictures of the platforms that lack the photo, unless the reading for the digest makes them already. */
export function picturesFor(
  tools: PictureTools,
  { folder, entry, reading }: Located,
  { publishers, standing, request }: PictureOrder,
): Pictures {
  const wanted = async () => {
    const boxes = await Promise.all(
      publishers.map(async ({ platform, pictureBox }) => {
        const known = await standing(platform).catch(() => null)
        return known && needsPicture(known, request) ? [pictureBox] : []
      }),
    )
    return boxes.flat()
  }
  if (!reading) {
    const pictures = createPictures(wanted, (boxes) => readPictures(tools, folder, entry, boxes))
    pictures.begin()
    return pictures
  }
  void wanted().then((boxes) => boxes.length === 0 && reading.drop())
  return createPictures(
    async () => publishers.map(({ pictureBox }) => pictureBox),
    async () => {
      // The photo may have been replaced since the reading began.
      const [pictures] = await Promise.all([reading.pictures, expectUnchanged(tools, folder, entry)])
      return pictures
    },
  )
}
