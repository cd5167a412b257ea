/** Pictures of the photo for the AI, and ahead of time for the platforms, from one reading of the original. */
import type { PictureBox, ReducedImage, Watermark } from '../../ports/images.ts'
import type { Publisher } from '../../ports/publisher.ts'
import type { PhotoEntry } from '../../ports/storage.ts'
import { contentDigest, type DigestTools } from '../content-digest.ts'
import { type Making, type PictureTools, readOriginal, readPictures } from '../original.ts'
import { distinctBoxes, type MarkedBox, markedBox, type ReadyPictures } from '../ready-pictures.ts'

export interface PictureSourceTools extends PictureTools, DigestTools {
  platforms: readonly Pick<Publisher, 'pictureBox'>[]
  ready?: ReadyPictures
  /** Finds the watermark of the platforms' pictures. Default: none. */
  watermark?(): Promise<Watermark | null>
}

export interface PictureSource {
  /** Returns the photo as a JPEG without metadata. Throws `photo_changed`, and the errors of the store and the reducer. */
  pictureWithin(box: PictureBox): Promise<ReducedImage>
  /** Returns the digest of the first reading. */
  sha256(): Promise<string>
}

/** Creates the source. Only a second, larger picture for the AI reads the original again, which is rare. */
export function pictureSource(tools: PictureSourceTools, entry: PhotoEntry): PictureSource {
  const { digests, ready } = tools
  let sha256: Promise<string> | undefined

  async function first(box: PictureBox): Promise<Making> {
    const boxes = distinctBoxes([box, ...(await ahead(tools))])
    const remembered = await digests.get(entry)
    const making = remembered
      ? { sha256: Promise.resolve(remembered), ...(await readPictures(tools, 'root', entry, boxes, 'first')) }
      : await readOriginal(tools, 'root', entry, boxes, 'first')
    sha256 = making.sha256
    if (ready) void keep(ready, making, boxes)
    return making
  }

  return {
    async pictureWithin(box) {
      const making = await (sha256 ? readPictures(tools, 'root', entry, [box]) : first(box))
      return making.first
    },
    sha256: () => sha256 ?? contentDigest(tools, 'root', entry),
  }
}

/** Returns the boxes of the platforms. Without the watermark, publishing makes the pictures itself and reports why it cannot. */
async function ahead({ platforms, ready, watermark }: PictureSourceTools): Promise<MarkedBox[]> {
  if (!ready) return []
  try {
    const mark = (await watermark?.()) ?? null
    return platforms.map(({ pictureBox }) => markedBox(pictureBox, mark))
  } catch {
    return []
  }
}

/** Keeps the pictures when they are made. After an error publishing makes them itself. */
async function keep(
  ready: ReadyPictures,
  { sha256, pictures }: Pick<Making, 'pictures'> & { sha256: Promise<string> },
  boxes: readonly MarkedBox[],
): Promise<void> {
  try {
    const [digest, made] = await Promise.all([sha256, pictures])
    for (const [index, box] of boxes.entries()) {
      const picture = made[index]
      if (picture) ready.put(digest, box, picture)
    }
  } catch {
    // The analysis reports its own errors.
  }
}
