/** Pictures for the platforms: reduced from the same original, by one decode for all sizes. */
import { once } from '../../base/once.ts'
import type { PictureBox, ReducedImage, Watermark } from '../../ports/images.ts'
import { boxKey, distinctBoxes, type MarkedBox, markedBox } from '../ready-pictures.ts'

export interface Pictures {
  /** Makes the pictures now instead of at the first {@link get}, which reports errors. */
  begin(): void
  /** Returns a JPEG without metadata, with the tenant's watermark. Throws `photo_changed`, and the errors of the reducer and the store. */
  get(box: PictureBox): Promise<ReducedImage>
}

/** Creates the pictures of these boxes with one call of `make`, which gets each box once. */
export function createPictures(
  wanted: () => Promise<readonly PictureBox[]>,
  make: (boxes: readonly MarkedBox[]) => Promise<ReducedImage[]>,
  watermark: Watermark | null,
): Pictures {
  const making = once(async () => {
    const boxes = distinctBoxes((await wanted()).map((box) => markedBox(box, watermark)))
    const pictures = boxes.length === 0 ? [] : await make(boxes)
    return new Map(boxes.map((box, index) => [boxKey(box), pictures[index]]))
  })
  return {
    begin: () => void making().catch(() => undefined),
    async get(box) {
      const picture = (await making()).get(boxKey(markedBox(box, watermark)))
      if (!picture) throw new Error(`no picture was planned for ${boxKey(box)}`)
      return picture
    },
  }
}

/** Pictures of a preview, which sends none. */
export const noPictures = createPictures(
  async () => [],
  async () => [],
  null,
)
