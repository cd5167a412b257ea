/** Thumbnail sizes from which a picture element may choose. */
import { largestSides, neededSide, sourceSet, wideWindow } from '../../workflow/thumbnail/picture-sources.ts'
import type { ThumbnailSize } from '../../workflow/thumbnail.ts'

const wide = matchMedia(wideWindow)

export interface PictureSources {
  src: string
  srcset: string
  sizes: string
}

/** Returns the attributes of an `img` for this `thumbnail_url`. The browser picks a size by window, screen and zoom. */
export function pictureSources(thumbnailUrl: string): PictureSources {
  const largest = savesData() ? 'thrifty' : wide.matches ? 'wide' : 'narrow'
  const addressOf = addressesOf(thumbnailUrl)
  return {
    src: addressOf(savesData() ? 'w640h480' : 'w960h640'),
    srcset: sourceSet(largestSides[largest], addressOf),
    sizes: neededSide,
  }
}

/** Returns the address of a size of the photo with this `thumbnail_url`. */
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

/** Pictures that the browser has already loaded, which need no blurred preview. */
const had = new Set<string>()
const mostRemembered = 200

/** Records that the browser has loaded this photo's picture. */
export function rememberPicture(thumbnailUrl: string): void {
  if (had.size >= mostRemembered) had.clear()
  had.add(thumbnailUrl)
}

export function isRemembered(thumbnailUrl: string): boolean {
  return had.has(thumbnailUrl)
}

/** Requests the picture that an `img` with the attributes of {@link pictureSources} would show. */
export function requestPicture(thumbnailUrl: string, fetchPriority: 'high' | 'low'): HTMLImageElement {
  return Object.assign(new Image(), { fetchPriority, ...pictureSources(thumbnailUrl) })
}

/** Fetches and decodes the picture of the next photo. Does nothing for visitors who save data. */
export function preloadPicture(thumbnailUrl: string): void {
  if (savesData()) return
  requestPicture(thumbnailUrl, 'low')
    .decode()
    .then(
      () => rememberPicture(thumbnailUrl),
      // A failure is reported when the photo is shown.
      () => {},
    )
}

/** True if the visitor asks to save data (Save Data API, not in every browser). */
export function savesData(): boolean {
  const connection: unknown = Reflect.get(navigator, 'connection')
  return typeof connection === 'object' && connection !== null && Reflect.get(connection, 'saveData') === true
}
