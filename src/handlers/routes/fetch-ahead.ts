/**
 * Preload links for the first requests of the page, sent with its document (RFC 8288; HTML, section 4.6.8.21, "Link type preload"). On a
 * slow connection they save a round trip or two. The links reveal nothing that the page's address does not: the API decides who may see
 * the photo.
 */
import { type Folder, folders, isPhotoName, type PhotoName } from '../../ports/photo.ts'
import { largestSides, neededSide, sourceSet, wideWindow } from '../../workflow/thumbnail/picture-sources.ts'
import type { ThumbnailSize } from '../../workflow/thumbnail.ts'

export interface FetchAheadOptions {
  /** Query of the page's address, as the page reads it (src/ui/gallery/address.ts). */
  query: URLSearchParams
  /** True when the gallery is public. Otherwise the picture may not load, so it is not preloaded. */
  isPublic: boolean
  /** Returns the version of a photo of the root if it is in memory. Never calls the storage. */
  versionOf(name: PhotoName): string | undefined
  /** True when the browser asked for fewer bytes (`Save-Data: on`). */
  savesData: boolean
}

/** Returns the value of `Link`, or `null` if no request is certain, as in the grid. */
export function fetchAhead({ query, isPublic, versionOf, savesData }: FetchAheadOptions): string | null {
  const name = query.get('photo')
  if (!name) return query.get('view') === 'grid' ? null : answer('/api/images/random')
  if (!isPhotoName(name)) return null
  const folder: Folder = folders.find((known) => known === query.get('folder')) ?? 'root'
  const path = `/api/images/${encodeURIComponent(name)}`
  if (folder !== 'root') return answer(`${path}?folder=${folder}`)
  // The page asks for a picture of a certain version. A preload of another address would load the picture twice.
  const version = isPublic ? versionOf(name) : undefined
  if (version === undefined) return answer(path)
  const addressOf = (size: ThumbnailSize) => `${path}/thumbnail?size=${size}&v=${version}`
  return [answer(path), ...pictures(addressOf, savesData)].join(', ')
}

/** Returns the preload of an API answer. Without `crossorigin` browsers do not reuse the preload for `fetch`, even on the same origin. */
function answer(path: string): string {
  return `<${path}>; rel=preload; as=fetch; crossorigin`
}

/** Returns the preloads of the picture. Their media queries match the page's picture element, so that browsers load a single size. */
function pictures(addressOf: (size: ThumbnailSize) => string, savesData: boolean): string[] {
  const picture = (largest: number, media: string | null) => {
    const fallback = addressOf(savesData ? 'w640h480' : 'w960h640')
    const choice = `imagesrcset="${sourceSet(largest, addressOf)}"; imagesizes="${neededSide}"`
    return `<${fallback}>; rel=preload; as=image; ${choice}${media ? `; media="${media}"` : ''}`
  }
  if (savesData) return [picture(largestSides.thrifty, null)]
  return [picture(largestSides.wide, wideWindow), picture(largestSides.narrow, `not all and ${wideWindow}`)]
}
