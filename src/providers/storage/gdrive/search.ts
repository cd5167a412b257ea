/** Searches of one store. Reads all pages, and adds what this process has changed. */
import { PublisherError } from '../../../base/errors.ts'
import { type DriveFile, fileFields, pageSchema } from './answers.ts'
import type { DriveApi } from './api.ts'
import { isRefusedWith } from './errors.ts'
import { driveUrl } from './hosts.ts'
import { inFolders } from './query.ts'
import type { RecentChanges } from './recent.ts'

/** A folder of the configuration: all Drive folders of its path, the oldest first. */
export interface Place {
  ids: readonly string[]
  /** Shared drive of the folders. Absent: My Drive, or a folder that was shared. */
  driveId?: string
}

export interface DriveSearch {
  /** Returns the files and folders that a query finds, as Google answers. */
  ask(query: string, driveId?: string): Promise<DriveFile[]>
  /** Returns the files and folders of a place, of exactly these names if given. */
  inside(place: Place, names?: readonly string[]): Promise<DriveFile[]>
}

const incomplete = 'Google Drive could not search all of the folder. Try again later.'

/** Upper bound on restarts of a search whose page token has died or whose answer was incomplete. */
const maxRestarts = 1

/** Upper bound on pages: a million files in a folder, at the page size that Google allows. */
const maxPages = 1000
const endless = 'Google Drive sent a listing that does not end.'

/** Creates the searches of one store. `pageSize`: files on a page, at most 1,000. */
export function createDriveSearch(
  api: Pick<DriveApi, 'json'>,
  changes: Pick<RecentChanges, 'over'>,
  pageSize: number,
): DriveSearch {
  async function readPages(q: string, driveId: string | undefined): Promise<DriveFile[] | 'incomplete'> {
    const files = new Map<string, DriveFile>()
    let pageToken: string | undefined
    for (let pages = 1; pages <= maxPages; pages++) {
      const page = await api.json(pageSchema, {
        url: driveUrl('files'),
        query: {
          q,
          fields: `nextPageToken,incompleteSearch,files(${fileFields})`,
          pageSize: String(pageSize),
          spaces: 'drive',
          supportsAllDrives: 'true',
          includeItemsFromAllDrives: 'true',
          ...(driveId !== undefined && { corpora: 'drive', driveId }),
          ...(pageToken !== undefined && { pageToken }),
        },
      })
      if (page.incompleteSearch) return 'incomplete'
      for (const file of page.files) files.set(file.id, file)
      pageToken = page.nextPageToken
      if (pageToken === undefined) return [...files.values()]
    }
    throw new PublisherError('storage_unavailable', endless)
  }

  async function ask(q: string, driveId?: string): Promise<DriveFile[]> {
    for (let restarts = 0; ; restarts++) {
      try {
        const files = await readPages(q, driveId)
        if (files !== 'incomplete') return files
        if (restarts === maxRestarts) throw new PublisherError('storage_unavailable', incomplete)
      } catch (error) {
        if (!isRefusedWith(error, 400) || restarts === maxRestarts) throw error
      }
    }
  }

  return {
    ask,
    async inside({ ids, driveId }, names) {
      const found = await ask(inFolders(ids, names), driveId)
      // Drive ignores the case of names.
      const isWanted = ({ name, parents, trashed }: DriveFile) =>
        !trashed && parents.some((id) => ids.includes(id)) && (names?.includes(name) ?? true)
      return changes.over(found, isWanted)
    },
  }
}
