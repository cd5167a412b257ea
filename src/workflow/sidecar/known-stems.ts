/** Photos of each stem, from a recent listing of their folder, updated with later changes. */
import { type Folder, type PhotoName, type SidecarForm, sidecarName } from '../../ports/photo.ts'
import type { PhotoListing } from '../../ports/storage.ts'

/** Lifetime of a listing. */
export const recentMs = 30_000

export interface KnownStems {
  /** Checks if the folder was listed within the last 30 s. */
  isRecent(folder: Folder): boolean
  note(folder: Folder, listing: PhotoListing, listedAtMs: number): void
  /** Checks if a recent listing has this photo, no other photo of its stem, and no sidecar of its full name. */
  isAlone(folder: Folder, name: PhotoName): boolean
  /** Reserves the stem for an upload. Returns false if a photo or another upload has the stem. */
  reserve(folder: Folder, name: PhotoName): boolean
  release(folder: Folder, name: PhotoName): void
  add(folder: Folder, name: PhotoName, form: SidecarForm | null): void
  remove(folder: Folder, name: PhotoName): void
  forget(folder: Folder): void
}

interface Stems {
  listedAtMs: number
  namesByStem: Map<string, Set<string>>
  withFullName: Set<string>
}

export interface KnownStemsOptions {
  /** Clock in milliseconds. */
  now: () => number
  /** True when names that differ only in case are the same file. */
  foldsCase: boolean
  /** True when names that differ only in case may be the same file. Stems that differ only in case then count as equal. */
  mayFoldCase: boolean
}

export function createKnownStems({ now, foldsCase, mayFoldCase }: KnownStemsOptions): KnownStems {
  const known = new Map<Folder, Stems>()
  const reserved = new Set<string>()
  const nameOf = (name: PhotoName) => (foldsCase ? name.toLowerCase() : name)
  const stemOf = (name: PhotoName) =>
    foldsCase || mayFoldCase ? sidecarName(name).toLowerCase() : sidecarName(name)
  const reservationOf = (folder: Folder, name: PhotoName) => `${folder}/${stemOf(name)}`

  function recent(folder: Folder): Stems | undefined {
    const stems = known.get(folder)
    return stems && now() - stems.listedAtMs < recentMs ? stems : undefined
  }

  function addTo({ namesByStem }: Stems, name: PhotoName): void {
    const names = namesByStem.get(stemOf(name))
    if (names) names.add(nameOf(name))
    else namesByStem.set(stemOf(name), new Set([nameOf(name)]))
  }

  return {
    isRecent: (folder) => recent(folder) !== undefined,
    note(folder, { photos, withFullName = new Set() }, listedAtMs) {
      const full = new Set([...withFullName].map(nameOf))
      const stems: Stems = { listedAtMs, namesByStem: new Map(), withFullName: full }
      for (const { name } of photos) addTo(stems, name)
      known.set(folder, stems)
    },
    isAlone(folder, name) {
      const stems = recent(folder)
      const names = stems?.namesByStem.get(stemOf(name))
      return names?.size === 1 && names.has(nameOf(name)) && !stems?.withFullName.has(nameOf(name))
    },
    reserve(folder, name) {
      const reservation = reservationOf(folder, name)
      if (reserved.has(reservation) || known.get(folder)?.namesByStem.has(stemOf(name))) return false
      reserved.add(reservation)
      return true
    },
    release: (folder, name) => void reserved.delete(reservationOf(folder, name)),
    add(folder, name, form) {
      const stems = known.get(folder)
      if (!stems) return
      addTo(stems, name)
      if (form === 'full') stems.withFullName.add(nameOf(name))
    },
    remove(folder, name) {
      const stems = known.get(folder)
      const names = stems?.namesByStem.get(stemOf(name))
      names?.delete(nameOf(name))
      if (names?.size === 0) stems?.namesByStem.delete(stemOf(name))
      stems?.withFullName.delete(nameOf(name))
    },
    forget: (folder) => void known.delete(folder),
  }
}
