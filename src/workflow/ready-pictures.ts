/** Pictures for the platforms that an analysis made ahead, while the AI looked at the photo. */
import type { PictureBox, ReducedImage, Watermark } from '../ports/images.ts'

/** Box with the watermark of the picture. The AI's picture has none. */
export interface MarkedBox extends PictureBox {
  watermark?: Watermark
}

/** Returns the box for a picture that leaves. */
export function markedBox(box: PictureBox, watermark: Watermark | null): MarkedBox {
  return watermark ? { ...box, watermark } : box
}

/** Memory of one tenant's pictures, keyed by the digest of the original. Bounded, so a picture may be gone at any time. */
export interface ReadyPictures {
  get(sha256: string, box: MarkedBox): ReducedImage | undefined
  put(sha256: string, box: MarkedBox, picture: ReducedImage): void
}

/** Returns each box once, in the order of its first place. */
export function distinctBoxes(boxes: readonly MarkedBox[]): MarkedBox[] {
  return [...new Map(boxes.map((box) => [boxKey(box), box])).values()]
}

/** Returns the same text for boxes with the same demands and the same watermark. */
export function boxKey({ width, height, maxBytes, ratio, watermark }: MarkedBox): string {
  const demands = [width, height, maxBytes, ratio && [ratio.min, ratio.max, ratio.fit, ratio.colour]]
  return JSON.stringify(watermark ? [...demands, watermark.key] : demands)
}

/** Returns the pictures of all the boxes, or `null` if any of them is gone. */
export function readyPicturesOf(
  ready: ReadyPictures | undefined,
  sha256: string,
  boxes: readonly MarkedBox[],
): ReducedImage[] | null {
  const pictures = boxes.flatMap((box) => ready?.get(sha256, box) ?? [])
  return pictures.length === boxes.length ? pictures : null
}
