/** Finds files by folder and name. Checks each finding with Google, because searches lag behind changes. */
import type { PhotoName } from '../../../ports/photo.ts'
import { byAge, type DriveFile, hasBytes } from './answers.ts'
import type { DriveFiles } from './files.ts'
import type { DriveFolders } from './folders.ts'
import { marked, mayBeCut, photosByName, splitMarkedName } from './names.ts'
import type { DriveSearch, Place } from './search.ts'

export interface DriveLookup {
  /** Returns the photo that a listing of the folder shows under this name, or `null`. */
  photo(path: string, name: PhotoName): Promise<DriveFile | null>
  /** Returns the oldest file of this name, or `null`. */
  file(path: string, name: string): Promise<DriveFile | null>
  /** Returns all files of these names as searches show them, the oldest first. */
  named(path: string, names: readonly string[]): Promise<DriveFile[]>
  /** Returns all files and folders of a folder as searches show them, or `null` for a missing folder. */
  all(path: string): Promise<DriveFile[] | null>
  /** Remembers where a file is, which saves a search. */
  remember(path: string, name: string, id: string): void
}

export interface DriveLookupOptions {
  files: DriveFiles
  search: DriveSearch
  folders: DriveFolders
  /** Current time in milliseconds. */
  now: () => number
}

/** Short, because an older file of the same name may turn up. */
const lifetimeMs = 60_000
const maxRemembered = 2000

/** Creates the lookups of one store. */
export function createDriveLookup({ files, search, folders, now }: DriveLookupOptions): DriveLookup {
  const remembered = new Map<string, { id: string; until: number }>()
  const keyOf = (path: string, name: string) => `${path}/${name}`

  function remember(path: string, name: string, id: string): void {
    const key = keyOf(path, name)
    remembered.delete(key)
    remembered.set(key, { id, until: now() + lifetimeMs })
    for (const [oldest] of remembered) {
      if (remembered.size <= maxRemembered) break
      remembered.delete(oldest)
    }
  }

  /** Returns the file if it still is in the place under a name that `name` may mean. */
  async function recalled(path: string, name: string, place: Place): Promise<DriveFile | null> {
    const known = remembered.get(keyOf(path, name))
    if (!known || now() >= known.until) return null
    const file = await files.get(known.id)
    const isThere = file && isIn(place, file) && file.name === name
    if (isThere) return file
    remembered.delete(keyOf(path, name))
    return null
  }

  async function checkedFirst(
    path: string,
    name: string,
    place: Place,
    candidates: readonly DriveFile[],
  ): Promise<DriveFile | null> {
    for (const candidate of candidates) {
      const file = await files.get(candidate.id)
      if (!file || !isIn(place, file) || file.name !== candidate.name) continue
      if (file.name === name) remember(path, name, file.id)
      return file
    }
    return null
  }

  const oldestFirst = (found: readonly DriveFile[], name: string) =>
    found.filter((file) => file.name === name && hasBytes(file)).toSorted(byAge)

  return {
    remember,
    file: (path, name) =>
      folders.within(path, async (place) => {
        const known = await recalled(path, name, place)
        if (known) return known
        const found = await search.inside(place, [name])
        return checkedFirst(path, name, place, oldestFirst(found, name))
      }),

    photo: (path, name) =>
      folders.within(path, async (place) => {
        const known = await recalled(path, name, place)
        if (known) return known
        const split = splitMarkedName(name)
        const found = await search.inside(place, split ? [name, split.plain] : [name])
        const candidates = [...oldestFirst(found, name), ...(split ? marked(found, split) : [])]
        const first = await checkedFirst(path, name, place, candidates)
        if (first || !mayBeCut(name)) return first
        const cut = photosByName(await search.inside(place)).get(name)
        return checkedFirst(path, name, place, cut ? [cut] : [])
      }),

    async named(path, names) {
      const found = await folders.within(path, (place) => search.inside(place, names))
      return (found ?? []).filter(hasBytes).toSorted(byAge)
    },

    all: (path) => folders.within(path, (place) => search.inside(place)),
  }
}

function isIn({ ids }: Place, { parents, trashed }: DriveFile): boolean {
  return !trashed && parents.some((id) => ids.includes(id))
}
