/**
 * What the page asks for first, told in the headers of its document (RFC 8288; HTML, section 4.6.8.21, "Link type preload"): on a slow line
 * a browser that waits for the script to ask loses a round trip, or two. Nothing is told here that the address does not say: who may
 * see the photo is decided where it is asked for.
 */
import { type Folder, folders, isPhotoName } from '../../ports/photo.ts'
import { largestSides, neededSide, sourceSet, wideWindow } from '../../workflow/thumbnail/picture-sources.ts'
import type { ThumbnailSize } from '../../workflow/thumbnail.ts'

export interface FetchAheadOptions {
  /** The query of the page's address, as the page reads it (src/ui/gallery/address.ts). */
  query: URLSearchParams
  /** Whether anyone may see the photos: only then the picture, too, is sure to be there. */
  isPublic: boolean
  /** The browser asked for fewer bytes (`Save-Data: on`). */
  savesData: boolean
}

/** The value of `Link`; `null` where nothing is sure to be needed, as in the grid. */
export function fetchAhead({ query, isPublic, savesData }: FetchAheadOptions): string | null {
  const name = query.get('photo')
  if (!name) return query.get('view') === 'grid' ? null : answer('/api/images/random')
  if (!isPhotoName(name)) return null
  const folder: Folder = folders.find((known) => known === query.get('folder')) ?? 'root'
  const path = `/api/images/${encodeURIComponent(name)}`
  if (folder !== 'root') return answer(`${path}?folder=${folder}`)
  if (!isPublic) return answer(path)
  const addressOf = (size: ThumbnailSize) => `${path}/thumbnail?size=${size}`
  return [answer(path), ...pictures(addressOf, savesData)].join(', ')
}

/** `crossorigin`, though it is our own: else the browser does not take it for what `fetch` asks for. */
function answer(path: string): string {
  return `<${path}>; rel=preload; as=fetch; crossorigin`
}

/** The size that the page's own picture element will choose, not the sum of them. */
function pictures(addressOf: (size: ThumbnailSize) => string, savesData: boolean): string[] {
  const picture = (largest: number, media: string | null) => {
    const fallback = addressOf(savesData ? 'w640h480' : 'w960h640')
    const choice = `imagesrcset="${sourceSet(largest, addressOf)}"; imagesizes="${neededSide}"`
    return `<${fallback}>; rel=preload; as=image; ${choice}${media ? `; media="${media}"` : ''}`
  }
  if (savesData) return [picture(largestSides.thrifty, null)]
  return [picture(largestSides.wide, wideWindow), picture(largestSides.narrow, `not all and ${wideWindow}`)]
}
