/** Which of the server's thumbnail sizes a picture element may choose from. */
import type { ThumbnailSize } from '../workflow/thumbnail.ts'

/** The long side of the box that the server fits a photo into, and the size's name. The box turns with the photo. */
const sizes = [
  [256, 'w256h256'],
  [480, 'w480h320'],
  [640, 'w640h480'],
  [960, 'w960h640'],
  [1024, 'w1024h768'],
] as const satisfies readonly (readonly [number, ThumbnailSize])[]

/** The long side that a photo of 3:2 needs to fill the window, lying or upright, whichever needs more. */
const longSide = 'max(min(100vw, 150vh), min(100vh, 150vw))'

export interface PictureSources {
  src: string
  srcset: string
  sizes: string
}

/** The attributes for the photo with this `thumbnail_url`. The browser picks by window, screen and zoom. */
export function pictureSources(thumbnailUrl: string): PictureSources {
  const at = (size: ThumbnailSize) => {
    const url = new URL(thumbnailUrl, location.origin)
    url.searchParams.set('size', size)
    return url.pathname + url.search
  }
  return {
    src: at('w960h640'),
    srcset: sizes.map(([pixels, size]) => `${at(size)} ${pixels}w`).join(', '),
    sizes: longSide,
  }
}

/** Fetches and decodes the picture that an element with the same attributes would show. */
export function preloadPicture(thumbnailUrl: string): void {
  const picture = new Image()
  Object.assign(picture, pictureSources(thumbnailUrl))
  // A picture that cannot be loaded is told about when it is its turn.
  picture.decode().catch(() => {})
}
