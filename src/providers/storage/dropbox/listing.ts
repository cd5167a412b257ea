/** Lists all photos of a folder. Concurrent callers share a listing. */
import { settlesWithin } from '../../../base/time.ts'
import { isPhotoName, type PhotoName, type SidecarForm, sidecarName } from '../../../ports/photo.ts'
import { addVersions, sidecarsOf } from '../../../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoListing, SidecarVersions } from '../../../ports/storage.ts'
import { copyOfXmp, xmpAmong } from '../../../ports/xmp-file.ts'
import { type DropboxEntry, type DropboxFile, isFile, pageSchema } from './answers.ts'
import type { DropboxApi } from './api.ts'
import { isRefusal } from './errors.ts'

/** Upper bound on restarts of a listing. Dropbox may invalidate a cursor at any page (`reset`). */
const maxRestarts = 2

/** Entries of a folder by name, in Dropbox's own lower case. */
type Entries = ReadonlyMap<string, DropboxEntry>

interface Flight {
  listing: Promise<PhotoListing>
  /** Number of writes that had ended when the flight began. */
  writes: number
}

/**
 * Creates a function that lists a folder by its full path. Concurrent callers share a listing, because Dropbox may refuse the same
 * listing twice at once (specification of `list_folder`). A caller never gets a listing that began before the end of the caller's own
 * write. `patienceMs`: longest wait for a shared listing.
 */
export function createListing(api: DropboxApi, patienceMs: number): (path: string) => Promise<PhotoListing> {
  const flights = new Map<string, Flight>()

  function begin(path: string): Promise<PhotoListing> {
    const flight = { listing: listPhotos(api, path), writes: api.writesEnded() }
    flights.set(path, flight)
    const done = () => {
      if (flights.get(path) === flight) flights.delete(path)
    }
    flight.listing.then(done, done)
    return flight.listing
  }

  return async (path) => {
    const writes = api.writesEnded()
    for (let running = flights.get(path); running; running = flights.get(path)) {
      const ended = await settlesWithin(running.listing, patienceMs)
      if (ended && running.writes >= writes) return copyOf(await running.listing)
      if (flights.get(path) === running) flights.delete(path)
    }
    return copyOf(await begin(path))
  }
}

async function listPhotos(api: DropboxApi, path: string): Promise<PhotoListing> {
  const entries = await entriesOf(api, path)
  return entries ? photosAmong(entries) : { photos: [], withSidecar: new Set(), isFolderMissing: true }
}

/** Returns the names of the files directly below a folder, given by its full path, in their original spelling. */
export async function listFileNames(api: DropboxApi, path: string): Promise<string[]> {
  const entries = await entriesOf(api, path)
  return [...(entries?.values() ?? [])].filter(isFile).map(({ name }) => name)
}

/** Returns the names of the folders directly below a folder, given by its full path, in their original spelling. */
export async function listFolderNames(api: DropboxApi, path: string): Promise<string[]> {
  const entries = await entriesOf(api, path)
  return [...(entries?.values() ?? [])].filter((entry) => !isFile(entry)).map(({ name }) => name)
}

/** Returns the entries of all pages; `null` for a missing folder. */
async function entriesOf(api: DropboxApi, path: string): Promise<Map<string, DropboxEntry> | null> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await readPages(api, path)
    } catch (error) {
      if (isRefusal(error, 'path/not_found')) return null
      if (!isRefusal(error, 'reset') || restarts === maxRestarts) throw error
    }
  }
}

/** Reads all pages. Entries of a later page override entries of an earlier page, because files may change between pages. */
async function readPages(api: DropboxApi, path: string): Promise<Map<string, DropboxEntry>> {
  const entries = new Map<string, DropboxEntry>()
  const argument = { path, limit: 2000, include_non_downloadable_files: false }
  let page = await api.readAtOnce(pageSchema, (sdk, options) => sdk.filesListFolder(argument, options))
  for (;;) {
    for (const entry of page.entries) entries.set(keyOf(entry), entry)
    if (!page.has_more) return entries
    const { cursor } = page
    page = await api.read(pageSchema, (sdk, options) => sdk.filesListFolderContinue({ cursor }, options))
  }
}

function photosAmong(entries: Entries): PhotoListing {
  const photos: PhotoEntry[] = []
  const versions = new Map<PhotoName, SidecarVersions>()
  const versionAt = (key: string, form: SidecarForm) => versionOf(entries, sidecarKey(key, form))
  for (const entry of entries.values()) {
    const photo = isFile(entry) ? photoEntry(entry) : null
    if (!photo) continue
    photos.push(photo)
    const [stem, full] = [versionAt(keyOf(entry), 'stem'), versionAt(keyOf(entry), 'full')]
    addVersions(versions, photo.name, { stem, full })
  }
  photos.sort((one, other) => (one.name < other.name ? -1 : 1))
  return { photos, ...sidecarsOf(versions), ...xmpOf(entries, photos) }
}

function xmpOf(entries: Entries, photos: readonly PhotoEntry[]) {
  return xmpAmong({
    photos,
    files: entries.keys(),
    versionOf: (key) => versionOf(entries, key),
    foldsCase: true,
  })
}

function versionOf(entries: Entries, key: string): string | undefined {
  const entry = entries.get(key)
  return entry && isFile(entry) ? entry.rev : undefined
}

/** Returns the file as a photo, or `null` if its name is not a photo name. */
export function photoEntry(file: DropboxFile): PhotoEntry | null {
  if (!isPhotoName(file.name)) return null
  const { name, size, server_modified, content_hash, id, rev } = file
  const ofDropbox = { fileId: id, rev }
  return { name, size, modifiedAt: server_modified, contentHash: content_hash, ofDropbox }
}

/** Returns the name in Dropbox's own lower case, so that `A.JPG` and `a.txt` belong together as in Dropbox. */
function keyOf({ name, path_lower }: DropboxEntry): string {
  return path_lower?.slice(path_lower.lastIndexOf('/') + 1) ?? name.toLowerCase()
}

function sidecarKey(key: string, form: SidecarForm): string {
  return isPhotoName(key) ? sidecarName(key, form) : ''
}

function copyOf(listing: PhotoListing): PhotoListing {
  const { photos, withSidecar, withFullName, sidecarVersions, ...rest } = listing
  return {
    ...rest,
    ...copyOfXmp(rest),
    photos: [...photos],
    withSidecar: new Set(withSidecar),
    withFullName: new Set(withFullName),
    sidecarVersions: new Map(sidecarVersions),
  }
}
