/** Photo store in a photographer's Google Drive. */
import type { RetryPolicy } from '../../base/retry.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import type { PhotoStore, StoragePaths } from '../../ports/storage.ts'
import { countingRequests, type OnStorageRequest } from '../../ports/storage-requests.ts'
import { createDriveAccess } from './gdrive/access.ts'
import { createDriveApi } from './gdrive/api.ts'
import { createDriveFiles } from './gdrive/files.ts'
import { createDriveFolders } from './gdrive/folders.ts'
import type { DriveCredentials, GoogleApp } from './gdrive/grant.ts'
import { createDriveHosts } from './gdrive/hosts.ts'
import { createDriveLookup } from './gdrive/lookup.ts'
import { createNewIds } from './gdrive/new-ids.ts'
import { createDrivePaths } from './gdrive/paths.ts'
import { createPhotoFiles, type LinkToOriginal } from './gdrive/photos.ts'
import { createPreviewFiles } from './gdrive/previews.ts'
import { createRecentChanges, type RecentChanges } from './gdrive/recent.ts'
import { createRecordFiles } from './gdrive/records.ts'
import { driveRequestClass } from './gdrive/request-class.ts'
import { createDriveSearch } from './gdrive/search.ts'
import { createSidecarFiles } from './gdrive/sidecars.ts'
import { createXmpFiles } from './gdrive/xmp.ts'

export type { DriveCredentials }

export interface DriveStoreOptions {
  /** Resolves the tenant's refresh token or key file. */
  credentials: CredentialSource<DriveCredentials>
  /** The fleet's Google Cloud app, which refresh tokens belong to. Absent: only service accounts can be used. */
  app?: GoogleApp | undefined
  /**
   * Paths of the tenant's folders. The first segment is a folder in My Drive, or else a shared drive, or else a folder that was shared with
   * the account. A leading slash makes no difference.
   */
  paths: StoragePaths
  /** Creates a link to an original that this program serves, because Drive has no links that need no sign-in. */
  link: LinkToOriginal
  /** Replaces Google's hosts for tokens, files and uploads; paths stay the same. Default: Google itself. */
  baseUrl?: string | undefined
  /** Sends requests. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Receives each request that is sent, retries included. Default: no count. */
  onRequest?: OnStorageRequest | undefined
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Retries of calls. Default: 4 attempts within 25 seconds, below Heroku's limit of 30. */
  retry?: RetryPolicy
  /** Files on a page of a listing, at most 1,000. Default: 1,000. */
  pageSize?: number
}

const defaultRetry: RetryPolicy = {
  attempts: 4,
  baseMs: 500,
  capMs: 10_000,
  attemptTimeoutMs: 15_000,
  deadlineMs: 25_000,
}

/**
 * Creates the store of one tenant. Sends nothing before the first use, and keeps the access token, IDs of folders and files, and its own
 * changes of the last two minutes. Names differ by case, and several files may share a name (gdrive/names.ts).
 */
export function createDriveStore(options: DriveStoreOptions): PhotoStore {
  const { credentials, app, baseUrl, link, now = Date.now, retry = defaultRetry, pageSize = 1000 } = options
  const { fetch: send = (input, init) => globalThis.fetch(input, init), onRequest = () => undefined } =
    options
  const hosts = createDriveHosts(countingRequests(send, driveRequestClass, onRequest), baseUrl)
  const access = createDriveAccess({ credentials, app, fetch: hosts.fetch, now })
  const api = createDriveApi({ access, hosts, now, retry })
  const files = createDriveFiles(api, () => changes)
  const changes: RecentChanges = createRecentChanges({ get: files.get, now })
  const search = createDriveSearch(api, changes, pageSize)
  const patienceMs = retry.deadlineMs
  const newId = createNewIds(api, patienceMs)
  const folders = createDriveFolders({ api, files, search, newId, now, patienceMs })
  const lookup = createDriveLookup({ files, search, folders, now })
  const tools = { api, files, changes, folders, lookup, newId }
  const paths = createDrivePaths(options.paths)
  return {
    provider: 'gdrive',
    ...createPhotoFiles({ tools, paths, link, now }),
    ...createSidecarFiles(tools, paths),
    ...createXmpFiles(tools, paths),
    ...createRecordFiles(tools, paths),
    ...createPreviewFiles(tools, paths),
  }
}
