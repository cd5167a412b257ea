/** Folders of a Google Drive by their names, found where the fleet will find them. */
import { z } from 'zod'
import { sortedFolders } from '../../folders.ts'
import { type Folder, VendorRefused } from '../../vendor.ts'
import type { DriveCall } from './api.ts'

const folderType = 'application/vnd.google-apps.folder'
const isFolder = `mimeType = '${folderType}' and trashed = false`
const inMyDrive = "'root' in parents"
const isShared = 'sharedWithMe = true'
/** Upper bound on folders of one name that count as one place, as at the fleet. */
const maxTwins = 10
/** Upper bound on segments of a path, each of which costs a call. */
const maxDepth = 20
/** Upper bound on pages of a listing, each with up to 1,000 folders. */
const maxPages = 5

const filesSchema = z.object({
  files: z.array(z.object({ id: z.string(), name: z.string() })),
  nextPageToken: z.string().min(1).optional(),
})
const drivesSchema = z.object({
  drives: z.array(z.object({ id: z.string(), name: z.string() })),
  nextPageToken: z.string().min(1).optional(),
})

/** Drive folders of one path, with the shared drive that holds them. */
interface Place {
  ids: string[]
  driveId?: string | undefined
}

/**
 * Lists the folders directly below a path. The top has the folders of My Drive, the shared drives, and the folders that people shared with
 * the account.
 */
export async function listDriveFolders(call: DriveCall, path: string): Promise<Folder[]> {
  const segments = path.split('/').filter((segment) => segment !== '')
  const [top, ...below] = segments
  if (top === undefined) {
    const [own, drives, shared] = await Promise.all([
      foldersWhere(call, inMyDrive),
      sharedDrives(call),
      foldersWhere(call, isShared),
    ])
    return sortedFolders(
      [...own, ...drives, ...shared].map(({ name }) => name),
      '',
    )
  }
  if (segments.length > maxDepth) throw notFound()
  let place = await topPlace(call, top)
  for (const name of below)
    place = placeOf(await foldersWhere(call, inside(place), place.driveId, name), place.driveId)
  const folders = await foldersWhere(call, inside(place), place.driveId)
  return sortedFolders(
    folders.map(({ name }) => name),
    `${segments.join('/')}/`,
  )
}

/** Finds the first folder of a path: in My Drive, else a shared drive, else a folder that was shared. */
async function topPlace(call: DriveCall, name: string): Promise<Place> {
  const own = await foldersWhere(call, inMyDrive, undefined, name)
  if (own.length > 0) return placeOf(own, undefined)
  const [drive] = (await sharedDrives(call))
    .filter((each) => each.name === name)
    .map(({ id }) => id)
    .toSorted()
  if (drive !== undefined) return { ids: [drive], driveId: drive }
  return placeOf(await foldersWhere(call, isShared, undefined, name), undefined)
}

function placeOf(folders: readonly { id: string }[], driveId: string | undefined): Place {
  if (folders.length === 0) throw notFound()
  return { ids: folders.slice(0, maxTwins).map(({ id }) => id), driveId }
}

const notFound = () =>
  new VendorRefused('invalid', 'This folder does not exist in the Google Drive.', 'notFound')

const inside = ({ ids }: Place) => `(${ids.map((id) => `${quoted(id)} in parents`).join(' or ')})`

async function foldersWhere(
  call: DriveCall,
  condition: string,
  driveId?: string,
  name?: string,
): Promise<{ id: string; name: string }[]> {
  const named = name === undefined ? '' : ` and name = ${quoted(name)}`
  const found: { id: string; name: string }[] = []
  let pageToken: string | undefined
  for (let pages = 0; pages < maxPages; pages += 1) {
    const query = {
      q: `${condition}${named} and ${isFolder}`,
      fields: 'nextPageToken,files(id,name)',
      orderBy: 'createdTime',
      pageSize: '1000',
      spaces: 'drive',
      supportsAllDrives: 'true',
      includeItemsFromAllDrives: 'true',
      ...(driveId !== undefined && { corpora: 'drive', driveId }),
      ...(pageToken !== undefined && { pageToken }),
    }
    const page = await call('files', query, filesSchema)
    found.push(...page.files)
    pageToken = page.nextPageToken
    if (pageToken === undefined) break
  }
  // Drive ignores the case of names.
  return name === undefined ? found : found.filter((folder) => folder.name === name)
}

async function sharedDrives(call: DriveCall): Promise<{ id: string; name: string }[]> {
  const found: { id: string; name: string }[] = []
  let pageToken: string | undefined
  for (let pages = 0; pages < maxPages; pages += 1) {
    const query = {
      fields: 'nextPageToken,drives(id,name)',
      pageSize: '100',
      ...(pageToken !== undefined && { pageToken }),
    }
    const page = await call('drives', query, drivesSchema)
    found.push(...page.drives)
    pageToken = page.nextPageToken
    if (pageToken === undefined) break
  }
  return found
}

/** Quotes a text for a query (https://developers.google.com/workspace/drive/api/guides/ref-search-terms). */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
