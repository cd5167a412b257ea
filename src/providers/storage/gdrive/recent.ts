/**
 * Recent changes of this process. Google's searches lag behind changes, so that a search right after an upload may lack the photo. Each
 * search is corrected by the changes that this process knows of.
 */
import { type DriveFile, isAtLeast } from './answers.ts'

export interface RecentChanges {
  /** Notes the present state of a file that this process created or changed. */
  note(file: DriveFile): void
  /** Notes the removal of a file. */
  noteRemoval(id: string): void
  /** Corrects the answer to a search for the files that `isWanted` describes. Checks files that the answer lacks. */
  over(found: readonly DriveFile[], isWanted: (file: DriveFile) => boolean): Promise<DriveFile[]>
}

export interface RecentChangesOptions {
  /** Returns the present state of a file, or `null`. */
  get(id: string): Promise<DriveFile | null>
  /** Current time in milliseconds. */
  now: () => number
}

interface Change {
  /** `null`: removed. */
  file: DriveFile | null
  at: number
  /** True once a search has shown the change. */
  isShown: boolean
}

/** Time after which searches surely show a change. */
const lifetimeMs = 120_000
const maxChanges = 2000
/** Upper bound on the files to check for a search. A search seldom lags behind by more than a few. */
const maxChecks = 50

/** Creates the memory of one store. */
export function createRecentChanges({ get, now }: RecentChangesOptions): RecentChanges {
  const changes = new Map<string, Change>()

  function put(id: string, file: DriveFile | null): void {
    // The newest change is last in the map.
    changes.delete(id)
    changes.set(id, { file, at: now(), isShown: false })
    for (const [oldest] of changes) {
      if (changes.size <= maxChanges) break
      changes.delete(oldest)
    }
  }

  function dropOld(): void {
    const limit = now() - lifetimeMs
    for (const [id, { at }] of changes) {
      if (at > limit) break
      changes.delete(id)
    }
  }

  /** Returns the files that the search should have found, in their present state. */
  async function lacking(ids: ReadonlySet<string>, isWanted: (file: DriveFile) => boolean) {
    const files = [...changes.values()].flatMap(({ file, isShown }) =>
      file && !isShown && !ids.has(file.id) && isWanted(file) ? [file] : [],
    )
    const checkedFrom = Math.max(0, files.length - maxChecks)
    const present = await Promise.all(files.slice(checkedFrom).map(({ id }) => get(id)))
    for (const [index, file] of present.entries()) {
      const known = files[checkedFrom + index]
      // Another process has changed the file, so what this process knows is of no more use.
      if (known && !(file && isWanted(file))) changes.delete(known.id)
    }
    return [...files.slice(0, checkedFrom), ...present.filter((file) => file !== null && isWanted(file))]
  }

  return {
    note: (file) => put(file.id, file),
    noteRemoval: (id) => put(id, null),

    async over(found, isWanted) {
      dropOld()
      const kept: DriveFile[] = []
      for (const file of found) {
        const change = changes.get(file.id)
        const known = change?.file
        if (known === null) continue
        if (change && known && isAtLeast(file.version, known.version)) change.isShown = true
        const state = known && !isAtLeast(file.version, known.version) ? known : file
        if (isWanted(state)) kept.push(state)
      }
      const ids = new Set(found.map(({ id }) => id))
      return [...kept, ...(await lacking(ids, isWanted)).filter((file) => file !== null)]
    },
  }
}
