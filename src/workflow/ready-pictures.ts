/** Pictures for the platforms that an analysis made ahead, while the AI looked at the photo. */
import type { PictureBox, ReducedImage } from '../ports/images.ts'

/** Memory of one tenant's pictures, keyed by the digest of the original. Bounded, so a picture may be gone at any time. */
export interface ReadyPictures {
  get(sha256: string, box: PictureBox): ReducedImage | undefined
  put(sha256: string, box: PictureBox, picture: ReducedImage): void
}

/** Returns each box once, in the order of its first place. */
export function distinctBoxes(boxes: readonly PictureBox[]): PictureBox[] {
  return [...new Map(boxes.map((box) => [boxKey(box), box])).values()]
}

/** Returns the same text for boxes with the same demands. */
export function boxKey({ width, height, maxBytes, ratio }: PictureBox): string {
  return JSON.stringify([width, height, maxBytes, ratio && [ratio.min, ratio.max, ratio.fit, ratio.colour]])
}

/** Returns the pictures of all the boxes, or `null` if any of them is gone. */
export function readyPicturesOf(
  ready: ReadyPictures | undefined,
  sha256: string,
  boxes: readonly PictureBox[],
): ReducedImage[] | null {
  const pictures = boxes.flatMap((box) => ready?.get(sha256, box) ?? [])
  return pictures.length === boxes.length ? pictures : null
}
