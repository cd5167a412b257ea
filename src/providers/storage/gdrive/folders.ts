/**
 * Folders of one store by their paths. A Drive has no paths, and several folders of one name may be in the same place: together they are one
 * folder here. Readers look into all of them, and writers use the oldest.
 */
import { byAge, type DriveFile, drivesSchema, folderType, idSchema } from './answers.ts'
import type { DriveApi } from './api.ts'
import { isRefusal } from './errors.ts'
import type { DriveFiles } from './files.ts'
import { createFlights } from './flights.ts'
import { driveUrl } from './hosts.ts'
import { foldersNamed, isShared } from './query.ts'
import type { DriveSearch, Place } from './search.ts'

export interface DriveFolders {
  /** Runs `use` on the folder at a path. Returns `null` if the folder is missing. Looks again if Drive no longer knows the folder. */
  within<T>(path: string, use: (place: Place) => Promise<T>): Promise<T | null>
  /** Runs `use` with the ID of the folder to write to. Creates missing folders. */
  writeTo<T>(path: string, use: (id: string) => Promise<T>): Promise<T>
  /** Forgets the folders below a path, which may be gone. */
  forget(path: string): void
}

export interface DriveFoldersOptions {
  api: DriveApi
  files: DriveFiles
  search: DriveSearch
  newId: () => Promise<string>
  /** Current time in milliseconds. */
  now: () => number
  /** Longest wait for the work of another caller. */
  patienceMs: number
}

/** Alias of a person's own folder, My Drive. */
const myDrive = 'root'
/** Upper bound on folders of one name. */
const maxTwins = 10
const maxRemembered = 500
/** Lifetime of a remembered folder, after which folders of the same name are found. */
const lifetimeMs = 10 * 60_000
const maxDrivePages = 10

/** Creates the folders of one store. Paths have no slash at either end. */
export function createDriveFolders(options: DriveFoldersOptions): DriveFolders {
  const { api, files, search, newId, now, patienceMs } = options
  const remembered = new Map<string, { place: Place; until: number }>()
  const finding = createFlights<Place | null>(patienceMs)
  const making = createFlights<Place>(patienceMs)

  function remember(path: string, place: Place): Place {
    remembered.delete(path)
    remembered.set(path, { place, until: now() + lifetimeMs })
    for (const [oldest] of remembered) {
      if (remembered.size <= maxRemembered) break
      remembered.delete(oldest)
    }
    return place
  }

  async function find(path: string): Promise<Place | null> {
    const known = remembered.get(path)
    if (known && now() < known.until) return known.place
    return finding(path, async () => {
      const found = await lookUp(path)
      return found && remember(path, found)
    })
  }

  async function lookUp(path: string): Promise<Place | null> {
    const { parent, name } = splitPath(path)
    if (name === '') return { ids: [await idOfMyDrive(api)] }
    if (parent === null) return findTop(api, search, name)
    const above = await find(parent)
    const folders = above && (await search.inside(above, [name]))
    return folders && placeOf(folders.filter(isFolder), above.driveId)
  }

  async function make(path: string): Promise<Place> {
    const found = await find(path)
    if (found) return found
    return making(path, async () => {
      const { parent, name } = splitPath(path)
      const above = parent === null ? { ids: [myDrive] } : await make(parent)
      const folder = await files.createFolder({ id: await newId(), name, parents: above.ids.slice(0, 1) })
      // Another process may have created the same folder at the same time.
      const place = (await lookUp(path)) ?? { ids: [folder.id], ...driveOf(above) }
      return remember(path, place)
    })
  }

  const forget = (path: string) => {
    for (const known of [...remembered.keys()]) {
      if (known === path || known.startsWith(`${path}/`) || path.startsWith(`${known}/`))
        remembered.delete(known)
    }
  }

  async function again<T>(path: string, work: () => Promise<T>): Promise<T> {
    const wasRemembered = remembered.has(path)
    try {
      return await work()
    } catch (error) {
      if (!wasRemembered || !isRefusal(error, 'notFound')) throw error
      forget(path)
      return work()
    }
  }

  return {
    within: (path, use) =>
      again(path, async () => {
        const place = await find(path)
        return place && use(place)
      }),
    writeTo: (path, use) => again(path, async () => use((await make(path)).ids[0] ?? '')),
    forget,
  }
}

async function idOfMyDrive(api: DriveApi): Promise<string> {
  const { id } = await api.json(idSchema, { url: driveUrl(`files/${myDrive}`), query: { fields: 'id' } })
  return id
}

/** Finds the first folder of a path: in My Drive, else among the shared drives, else among folders that people shared with the account. */
async function findTop(api: DriveApi, search: DriveSearch, name: string): Promise<Place | null> {
  const foldersIn = async (place: string) =>
    (await search.ask(foldersNamed(name, place))).filter((file) => file.name === name)
  const own = placeOf(await foldersIn(`'${myDrive}' in parents`), undefined)
  if (own) return own
  const driveId = await findSharedDrive(api, name)
  if (driveId !== null) return { ids: [driveId], driveId }
  return placeOf(await foldersIn(isShared), undefined)
}

/** Returns the ID of the shared drive; of several drives with this name, always the same. */
async function findSharedDrive(api: DriveApi, name: string): Promise<string | null> {
  const ids: string[] = []
  let pageToken: string | undefined
  for (let page = 0; page < maxDrivePages; page++) {
    const answer = await api.json(drivesSchema, {
      url: driveUrl('drives'),
      query: {
        pageSize: '100',
        fields: 'nextPageToken,drives(id,name)',
        ...(pageToken !== undefined && { pageToken }),
      },
    })
    ids.push(...answer.drives.filter((drive) => drive.name === name).map(({ id }) => id))
    pageToken = answer.nextPageToken
    if (pageToken === undefined) break
  }
  return ids.toSorted()[0] ?? null
}

function placeOf(folders: readonly DriveFile[], driveId: string | undefined): Place | null {
  if (folders.length === 0) return null
  const ids = folders.toSorted(byAge).slice(0, maxTwins)
  return { ids: ids.map(({ id }) => id), ...(driveId !== undefined && { driveId }) }
}

function driveOf({ driveId }: Place): Pick<Place, 'driveId'> {
  return driveId === undefined ? {} : { driveId }
}

function isFolder({ mimeType }: DriveFile): boolean {
  return mimeType === folderType
}

/** Splits off the last segment. `parent` is `null` for a path of one segment. */
function splitPath(path: string): { parent: string | null; name: string } {
  const slash = path.lastIndexOf('/')
  if (slash < 0) return { parent: null, name: path }
  return { parent: path.slice(0, slash), name: path.slice(slash + 1) }
}
