/** Work before the platforms: asks the ledger about all of them at once, and makes only the pictures that will be sent. */
import type { Channel } from '../../contract/channels.ts'
import type { ReducedImage, Watermark } from '../../ports/images.ts'
import type { ChannelPublisher } from '../../ports/publisher.ts'
import type { Ledger, Standing } from '../ledger.ts'
import { expectUnchanged, type PictureTools, readPictures } from '../original.ts'
import { type MarkedBox, type ReadyPictures, readyPicturesOf } from '../ready-pictures.ts'
import { needsPicture } from './decide.ts'
import type { Located } from './locate.ts'
import { createPictures, type Pictures } from './pictures.ts'

type Standings = (channel: Channel) => Promise<Standing>

/** Asks the ledger about each channel once, and about all of them at the same time. */
export function standingsOf(
  ledger: Ledger,
  sha256: string,
  publishers: readonly ChannelPublisher[],
): Standings {
  const asked = new Map(
    publishers.map(({ channel }) => [channel.name, ledger.standing(sha256, channel)] as const),
  )
  // The channel's own result reports the error.
  for (const standing of asked.values()) standing.catch(() => undefined)
  return (channel) => asked.get(channel.name) ?? ledger.standing(sha256, channel)
}

export interface PictureOrder {
  publishers: readonly ChannelPublisher[]
  standing: Standings
  request: { force: boolean }
  /** Watermark of the pictures, also of those that the reading makes. */
  watermark: Watermark | null
}

/** Begins the pictures of the platforms that lack the photo, unless an analysis or the reading for the digest made them. */
export function picturesFor(
  tools: PictureTools & { ready?: ReadyPictures },
  { folder, entry, sha256, reading }: Located,
  { publishers, standing, request, watermark }: PictureOrder,
): Pictures {
  /** Refuses pictures of a photo that was replaced since they were made. */
  const stillOf = async (made: Promise<ReducedImage[]>) => {
    const [pictures] = await Promise.all([made, expectUnchanged(tools, folder, entry)])
    return pictures
  }
  const wanted = async () => {
    const boxes = await Promise.all(
      publishers.map(async (publisher) => {
        const known = await standing(publisher.channel).catch(() => null)
        return known && needsPicture(publisher, known, request) ? [publisher.pictureBox] : []
      }),
    )
    return boxes.flat()
  }
  if (reading) {
    void wanted().then((boxes) => boxes.length === 0 && reading.drop())
    const planned = async () => publishers.map(({ pictureBox }) => pictureBox)
    return createPictures(planned, () => stillOf(reading.pictures), watermark)
  }
  const make = async (boxes: readonly MarkedBox[]) => {
    const made = readyPicturesOf(tools.ready, sha256, boxes)
    if (made) return stillOf(Promise.resolve(made))
    return (await readPictures(tools, folder, entry, boxes)).pictures
  }
  const pictures = createPictures(wanted, make, watermark)
  pictures.begin()
  return pictures
}
