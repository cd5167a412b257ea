/** Which of the server's thumbnail sizes a picture element may choose from. */
import { largestSides, neededSide, sourceSet, wideWindow } from '../../workflow/thumbnail/picture-sources.ts'
import type { ThumbnailSize } from '../../workflow/thumbnail.ts'

const wide = matchMedia(wideWindow)

export interface PictureSources {
  src: string
  srcset: string
  sizes: string
}

/** The attributes for the photo with this `thumbnail_url`. The browser picks by window, screen and zoom. */
export function pictureSources(thumbnailUrl: string): PictureSources {
  const largest = savesData() ? 'thrifty' : wide.matches ? 'wide' : 'narrow'
  const addressOf = addressesOf(thumbnailUrl)
  return {
    src: addressOf(savesData() ? 'w640h480' : 'w960h640'),
    srcset: sourceSet(largestSides[largest], addressOf),
    sizes: neededSide,
  }
}

/** The address of one size of the photo with this `thumbnail_url`. */
export function pictureAt(thumbnailUrl: string, size: ThumbnailSize): string {
  return addressesOf(thumbnailUrl)(size)
}

function addressesOf(thumbnailUrl: string): (size: ThumbnailSize) => string {
  const url = new URL(thumbnailUrl, location.origin)
  return (size) => {
    url.searchParams.set('size', size)
    return url.pathname + url.search
  }
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
