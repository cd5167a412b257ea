/** Photos in an order: what the grid lists, and what Next and Back follow for a photo that was opened from it. */
import type { Folder } from '../../ports/photo.ts'
import type { ThumbnailSize } from '../../workflow/thumbnail.ts'
import type { ApiProblem } from '../problem.ts'

export type { Folder }

/** `root` is what visitors see; the others are for admins. */
export const folders = ['root', 'keep', 'archive', 'remove'] as const satisfies readonly Folder[]
export const sorts = ['name', 'newest', 'largest'] as const
export type Sort = (typeof sorts)[number]

/** What to list, and how. */
export interface Query {
  folder: Folder
  /** What names contain, whatever the case and the accents. Empty: all. */
  search: string
  sort: Sort
}

export const everything: Query = { folder: 'root', search: '', sort: 'name' }

/** A photo, as everything but its name is still to come. */
export interface Item {
  name: string
  folder: Folder
}

/** Unique among all folders: a name holds no slash. */
export function keyOf({ name, folder }: Item): string {
  return `${folder}/${name}`
}

export interface Order {
  /** Where a photo lies, from 0, and among how many. `null` where it does not, or nobody can tell now. */
  placeOf(item: Item): Promise<{ index: number; count: number } | null>
  /** The photo after (1) or before (-1) this one; `null` at either end. */
  beside(item: Item, step: 1 | -1): Promise<{ item: Item | null } | { problem: ApiProblem }>
}

/** Where a small picture of the photo is. */
export function thumbnailOf({ name, folder }: Item, size: ThumbnailSize): string {
  const elsewhere = folder === 'root' ? '' : `&folder=${folder}`
  return `/api/images/${encodeURIComponent(name)}/thumbnail?size=${size}${elsewhere}`
}
