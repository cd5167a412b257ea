/** Sizes of thumbnails. */
import type { ThumbnailBox } from '../../ports/storage.ts'

/** Width and height of the box in pixels. The box turns with the photo, so portraits get `w640h960`. */
export const thumbnailSizes = [
  'w256h256',
  'w480h320',
  'w640h480',
  'w960h640',
  'w1024h768',
  'w2048h1536',
  'w4096h4096',
] as const
export type ThumbnailSize = (typeof thumbnailSizes)[number]
export const defaultThumbnailSize: ThumbnailSize = 'w960h640'
/** Size of the grid's tiles on small screens. */
export const smallestSize: ThumbnailSize = 'w256h256'

export const boxes: Readonly<Record<ThumbnailSize, ThumbnailBox>> = {
  w256h256: { width: 256, height: 256 },
  w480h320: { width: 480, height: 320 },
  w640h480: { width: 640, height: 480 },
  w960h640: { width: 960, height: 640 },
  w1024h768: { width: 1024, height: 768 },
  w2048h1536: { width: 2048, height: 1536 },
  // For zooming: the long side of both landscapes and portraits.
  w4096h4096: { width: 4096, height: 4096 },
}
