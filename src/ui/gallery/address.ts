/**
 * The page's address and history. `/?photo=name` is a photo of the walk, `/?view=grid&folder=…&q=…&sort=…` the grid, and both together
 * a photo in the grid's order. Each entry keeps how many photos of this visit lie before it, and whence it was reached.
 */
import { everything, type Folder, folders, type Item, type Query, type Sort, sorts } from './order.ts'

export interface Address {
  /** `null`: the walk. */
  query: Query | null
  /** `null`: the grid, or whichever photo comes next on the walk. */
  photo: Item | null
}

/** A new entry, or the current one changed. */
export type EntryChange = 'push' | 'replace'

export interface Entry {
  position: number
  /** Which screen of ours lies right before this entry; `null` for one that this page did not write. */
  from: 'grid' | 'photo' | null
  /** Layers over the photo, the lowest first. Each lies right after the entry without it. */
  layers: readonly Layer[]
}

/** Layers over a photo, the lowest first: its facts, the full-size view, and the sheet in which it is captioned and published. */
export const layersInOrder = ['details', 'closeUp', 'sheet'] as const
export type Layer = (typeof layersInOrder)[number]

/** What the address says. A query, not a fragment, so that it survives a detour over a sign-in page. */
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

/** The shortest address that {@link readAddress} understands. */
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

/** Puts it into the address. */
export function writeEntry(address: Address, entry: Entry, how: EntryChange): void {
  if (how === 'push') history.pushState(entry, '', addressOf(address))
  else history.replaceState(entry, '', addressOf(address))
}
