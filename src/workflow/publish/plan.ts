/** Work before the platforms: asks the ledger about all of them at once, and makes only the pictures that will be sent. */
import type { Platform } from '../../contract/platform.ts'
import type { ReducedImage } from '../../ports/images.ts'
import type { Publisher } from '../../ports/publisher.ts'
import type { Ledger, Standing } from '../ledger.ts'
import { expectUnchanged, type PictureTools, readPictures } from '../original.ts'
import { type ReadyPictures, readyPicturesOf } from '../ready-pictures.ts'
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

/** Begins the pictures of the platforms that lack the photo, unless an analysis or the reading for the digest made them. */
export function picturesFor(
  tools: PictureTools & { ready?: ReadyPictures },
  { folder, entry, sha256, reading }: Located,
  { publishers, standing, request }: PictureOrder,
): Pictures {
  /** Refuses pictures of a photo that was replaced since they were made. */
  const stillOf = async (made: Promise<ReducedImage[]>) => {
    const [pictures] = await Promise.all([made, expectUnchanged(tools, folder, entry)])
    return pictures
  }
  const wanted = async () => {
    const boxes = await Promise.all(
      publishers.map(async ({ platform, pictureBox }) => {
        const known = await standing(platform).catch(() => null)
        return known && needsPicture(known, request) ? [pictureBox] : []
      }),
    )
    return boxes.flat()
  }
  if (reading) {
    void wanted().then((boxes) => boxes.length === 0 && reading.drop())
    const planned = async () => publishers.map(({ pictureBox }) => pictureBox)
    return createPictures(planned, () => stillOf(reading.pictures))
  }
  const pictures = createPictures(wanted, async (boxes) => {
    const made = readyPicturesOf(tools.ready, sha256, boxes)
    if (made) return stillOf(Promise.resolve(made))
    return (await readPictures(tools, folder, entry, boxes)).pictures
  })
  pictures.begin()
  return pictures
}
