/** Thumbnail sources of a picture element, for pages and for the preload header of a page's first picture. */
import type { ThumbnailSize } from '../thumbnail.ts'

/** Long side of the box that the server fits a photo into, and the size's name. The box turns with the photo. */
const sizes = [
  [256, 'w256h256'],
  [480, 'w480h320'],
  [640, 'w640h480'],
  [960, 'w960h640'],
  [1024, 'w1024h768'],
  [2048, 'w2048h1536'],
] as const satisfies readonly (readonly [number, ThumbnailSize])[]

/** Media query for desktop-wide windows, which load the largest size at once. Phones load it when the visitor zooms in. */
export const wideWindow = '(width >= 60rem)'

/** Largest long side offered, in pixels. `thrifty` is for visitors who save data. */
export const largestSides = { wide: 2048, narrow: 1024, thrifty: 640 } as const

/** The element's `sizes` attribute: the long side that a 3:2 photo needs to fill the window, in landscape or portrait. */
export const neededSide = 'max(min(100vw, 150vh), min(100vh, 150vw))'

/** Returns the element's `srcset` attribute. `addressOf` returns the address of a size. */
export function sourceSet(largestSide: number, addressOf: (size: ThumbnailSize) => string): string {
  return sizes
    .filter(([pixels]) => pixels <= largestSide)
    .map(([pixels, size]) => `${addressOf(size)} ${pixels}w`)
    .join(', ')
}
