/** Which thumbnails a picture element chooses from: for the page, and for the header that has its first picture fetched ahead of it. */
import type { ThumbnailSize } from '../thumbnail.ts'

/** The long side of the box that the server fits a photo into, and the size's name. The box turns with the photo. */
const sizes = [
  [256, 'w256h256'],
  [480, 'w480h320'],
  [640, 'w640h480'],
  [960, 'w960h640'],
  [1024, 'w1024h768'],
  [2048, 'w2048h1536'],
] as const satisfies readonly (readonly [number, ThumbnailSize])[]

/** A media query: where the largest size is worth its bytes unasked, a window as wide as a desktop's. Phones get it when they zoom in. */
export const wideWindow = '(width >= 60rem)'

/** The largest long side on offer, in pixels. `thrifty`: for a saver of data. */
export const largestSides = { wide: 2048, narrow: 1024, thrifty: 640 } as const

/** The element's `sizes`: the long side that a photo of 3:2 needs to fill the window, lying or upright, whichever needs more. */
export const neededSide = 'max(min(100vw, 150vh), min(100vh, 150vw))'

/** The element's `srcset`, from addresses of sizes. */
export function sourceSet(largestSide: number, addressOf: (size: ThumbnailSize) => string): string {
  return sizes
    .filter(([pixels]) => pixels <= largestSide)
    .map(([pixels, size]) => `${addressOf(size)} ${pixels}w`)
    .join(', ')
}
