/** Order of photos: for the grid, and for Next and Back after a photo was opened from the grid. */
import type { Folder } from '../../ports/photo.ts'
import type { ThumbnailSize } from '../../workflow/thumbnail.ts'
import type { ApiProblem } from '../problem.ts'

export type { Folder }

/** Folders of a gallery. Visitors see only `root`. */
export const folders = ['root', 'keep', 'archive', 'remove'] as const satisfies readonly Folder[]
export const sorts = ['name', 'newest', 'largest'] as const
export type Sort = (typeof sorts)[number]

/** Query of a list. */
export interface Query {
  folder: Folder
  /** Text that names contain, ignoring case and accents. Empty for all photos. */
  search: string
  sort: Sort
}

export const everything: Query = { folder: 'root', search: '', sort: 'name' }

/** Reference to a photo whose data may not be loaded yet. */
export interface Item {
  name: string
  folder: Folder
  /** Version of the content, which makes the addresses of its pictures permanent. Absent if unknown. */
  version?: string | undefined
  /** ThumbHash in base64url. Absent if the server has none yet. */
  placeholder?: string | undefined
}

/** Returns a key that is unique among all folders, since names contain no slash. */
export function keyOf({ name, folder }: Item): string {
  return `${folder}/${name}`
}

export interface Order {
  /** Returns the photo's index from 0 and the length of the list. `null` if the list is unavailable or lacks the photo. */
  placeOf(item: Item): Promise<{ index: number; count: number } | null>
  /** Returns the photo after (1) or before (-1) this photo; `null` at either end. */
  beside(item: Item, step: 1 | -1): Promise<{ item: Item | null } | { problem: ApiProblem }>
}

/** Returns the address of a thumbnail, equal to that of the photo's own `thumbnail_url`. */
export function thumbnailOf({ name, folder, version }: Item, size: ThumbnailSize): string {
  const elsewhere = folder === 'root' ? '' : `&folder=${folder}`
  const exactly = version === undefined ? '' : `&v=${encodeURIComponent(version)}`
  return `/api/images/${encodeURIComponent(name)}/thumbnail?size=${size}${elsewhere}${exactly}`
}
