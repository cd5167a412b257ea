/** Photos whose sidecar recently named them. Such a sidecar keeps its owner, so a move need not read it again. */
import type { Folder, PhotoName } from '../../ports/photo.ts'
import { recentMs } from '../sidecar/known-stems.ts'

export interface RecentOwners {
  note(folder: Folder, name: PhotoName): void
  /** Checks if the photo was noted within the last 30 s. */
  has(folder: Folder, name: PhotoName): boolean
  forget(folder: Folder, name: PhotoName): void
}

const maxFindings = 200

/** Creates a memory of at most 200 photos. `now` returns milliseconds. */
export function createRecentOwners(now: () => number): RecentOwners {
  const notedAtMs = new Map<string, number>()
  const keyOf = (folder: Folder, name: PhotoName) => `${folder}/${name}`
  return {
    note(folder, name) {
      if (notedAtMs.size >= maxFindings) notedAtMs.clear()
      notedAtMs.set(keyOf(folder, name), now())
    },
    has: (folder, name) => now() - (notedAtMs.get(keyOf(folder, name)) ?? -Infinity) < recentMs,
    forget: (folder, name) => void notedAtMs.delete(keyOf(folder, name)),
  }
}
