/** Which of the server's thumbnail sizes a picture element may choose from. */
import type { ThumbnailSize } from '../workflow/thumbnail.ts'

/** The long side of the box that the server fits a photo into, and the size's name. The box turns with the photo. */
const sizes = [
  [256, 'w256h256'],
  [480, 'w480h320'],
  [640, 'w640h480'],
  [960, 'w960h640'],
  [1024, 'w1024h768'],
  [2048, 'w2048h1536'],
] as const satisfies readonly (readonly [number, ThumbnailSize])[]

/** Where the largest size is worth its bytes unasked: a window as wide as a desktop's. Phones get it when they zoom in. */
const wide = matchMedia('(width >= 60rem)')
/** What a saver of data gets at most, in pixels of the long side. */
const thriftyPixels = 640

/** The long side that a photo of 3:2 needs to fill the window, lying or upright, whichever needs more. */
const longSide = 'max(min(100vw, 150vh), min(100vh, 150vw))'

export interface PictureSources {
  src: string
  srcset: string
  sizes: string
}

/** The attributes for the photo with this `thumbnail_url`. The browser picks by window, screen and zoom. */
export function pictureSources(thumbnailUrl: string): PictureSources {
  const limit = savesData() ? thriftyPixels : wide.matches ? 2048 : 1024
  const offered = sizes.filter(([pixels]) => pixels <= limit)
  return {
    src: pictureAt(thumbnailUrl, savesData() ? 'w640h480' : 'w960h640'),
    srcset: offered.map(([pixels, size]) => `${pictureAt(thumbnailUrl, size)} ${pixels}w`).join(', '),
    sizes: longSide,
  }
}

/** The address of one size of the photo with this `thumbnail_url`. */
export function pictureAt(thumbnailUrl: string, size: ThumbnailSize): string {
  const url = new URL(thumbnailUrl, location.origin)
  url.searchParams.set('size', size)
  return url.pathname + url.search
}

/** Pictures that the browser has had: they need nothing in their place. */
const had = new Set<string>()
const mostRemembered = 200

/** The browser has this photo's picture now. */
export function rememberPicture(thumbnailUrl: string): void {
  if (had.size >= mostRemembered) had.clear()
  had.add(thumbnailUrl)
}

export function isRemembered(thumbnailUrl: string): boolean {
  return had.has(thumbnailUrl)
}

/** Fetches and decodes the picture that an element with the same attributes would show. Nothing for a saver of data. */
export function preloadPicture(thumbnailUrl: string): void {
  if (savesData()) return
  const picture = new Image()
  Object.assign(picture, pictureSources(thumbnailUrl))
  picture.decode().then(
    () => rememberPicture(thumbnailUrl),
    // A picture that cannot be loaded is told about when it is its turn.
    () => {},
  )
}

/** Whether the visitor asked for fewer bytes (Save Data API; not every browser has it). */
function savesData(): boolean {
  const connection: unknown = Reflect.get(navigator, 'connection')
  return typeof connection === 'object' && connection !== null && Reflect.get(connection, 'saveData') === true
}
