/** Pictures for the platforms that an analysis made ahead, while the AI looked at the photo. */
import type { ReducedImage } from '../ports/images.ts'
import type { ThumbnailBox } from '../ports/storage.ts'

/** Memory of one tenant's pictures, keyed by the digest of the original. Bounded, so a picture may be gone at any time. */
export interface ReadyPictures {
  get(sha256: string, box: ThumbnailBox): ReducedImage | undefined
  put(sha256: string, box: ThumbnailBox, picture: ReducedImage): void
}

/** Returns each size once, in the order of its first box. */
export function distinctBoxes(boxes: readonly ThumbnailBox[]): ThumbnailBox[] {
  return [...new Map(boxes.map((box) => [boxKey(box), box])).values()]
}

export function boxKey({ width, height }: ThumbnailBox): string {
  return `${width}x${height}`
}

/** Returns the pictures of all the boxes, or `null` if any of them is gone. */
export function readyPicturesOf(
  ready: ReadyPictures | undefined,
  sha256: string,
  boxes: readonly ThumbnailBox[],
): ReducedImage[] | null {
  const pictures = boxes.flatMap((box) => ready?.get(sha256, box) ?? [])
  return pictures.length === boxes.length ? pictures : null
}
