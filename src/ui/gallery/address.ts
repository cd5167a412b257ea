/**
 * The page's address and history. `/?photo=name` is a photo of the walk, `/?view=grid&folder=…&q=…&sort=…` the grid. Both together are
 * a photo in the grid's order. Each history entry stores the number of earlier photos of this visit, the previous screen and the open
 * layers.
 */
import { everything, type Folder, folders, type Item, type Query, type Sort, sorts } from './order.ts'

export interface Address {
  /** Query of the grid; `null` on the walk. */
  query: Query | null
  /** `null` for the grid, or for the next photo of the walk. */
  photo: Item | null
}

/** Adds a history entry, or changes the current entry. */
export type EntryChange = 'push' | 'replace'

export interface Entry {
  position: number
  /** Screen of the previous entry; `null` if this page did not write that entry. */
  from: 'grid' | 'photo' | null
  /** Layers over the photo, the lowest first. Each layer has its own entry. */
  layers: readonly Layer[]
}

/** Layers over a photo, the lowest first: details, full-size view, and the sheet for captions and publishing. */
export const layersInOrder = ['details', 'closeUp', 'sheet'] as const
export type Layer = (typeof layersInOrder)[number]

/** Reads the address from its query, because a fragment would not survive the redirects of a sign-in. */
export function readAddress(): Address {
  const parameters = new URLSearchParams(location.search)
  const folder: Folder = folders.find((known) => known === parameters.get('folder')) ?? everything.folder
  const sort: Sort = sorts.find((known) => known === parameters.get('sort')) ?? everything.sort
  const name = parameters.get('photo')
  return {
    query: parameters.get('view') === 'grid' ? { folder, sort, search: parameters.get('q') ?? '' } : null,
    photo: name ? { name, folder } : null,
  }
}

/** Returns the shortest address that {@link readAddress} understands. */
export function addressOf({ query, photo }: Address): string {
  const folder = query?.folder ?? photo?.folder ?? everything.folder
  const parameters = new URLSearchParams({
    ...(query && { view: 'grid' }),
    ...(folder !== everything.folder && { folder }),
    ...(query?.search && { q: query.search }),
    ...(query && query.sort !== everything.sort && { sort: query.sort }),
    ...(photo && { photo: photo.name }),
  })
  return parameters.size === 0 ? '/' : `/?${parameters}`
}

export function currentEntry(): Entry {
  const entry: unknown = history.state
  const read = (field: string): unknown =>
    typeof entry === 'object' && entry !== null ? Reflect.get(entry, field) : undefined
  const position = read('position')
  const from = read('from')
  const layers = read('layers')
  return {
    position: typeof position === 'number' ? position : 0,
    from: from === 'grid' || from === 'photo' ? from : null,
    layers: layersInOrder.filter((layer) => Array.isArray(layers) && layers.includes(layer)),
  }
}

/** Writes the address and its history entry. */
export function writeEntry(address: Address, entry: Entry, how: EntryChange): void {
  if (how === 'push') history.pushState(entry, '', addressOf(address))
  else history.replaceState(entry, '', addressOf(address))
}
