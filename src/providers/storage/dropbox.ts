/** Photo store in a photographer's Dropbox. */
import type { RetryPolicy } from '../../base/retry.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import type { PhotoStore, StoragePaths } from '../../ports/storage.ts'
import { countingRequests, type OnStorageRequest } from '../../ports/storage-requests.ts'
import { createDropboxAccess, type DropboxCredentials } from './dropbox/access.ts'
import { createDropboxApi } from './dropbox/api.ts'
import { createDropboxFiles } from './dropbox/files.ts'
import type { DropboxApp } from './dropbox/grant.ts'
import { createDropboxFetch } from './dropbox/hosts.ts'
import { createListing } from './dropbox/listing.ts'
import { createDropboxPaths } from './dropbox/paths.ts'
import { createPhotoFiles } from './dropbox/photos.ts'
import { createPreviewFiles } from './dropbox/previews.ts'
import { createRecordFiles } from './dropbox/records.ts'
import { dropboxRequestClass } from './dropbox/request-class.ts'
import { createSidecarFiles } from './dropbox/sidecars.ts'
import { createXmpFiles } from './dropbox/xmp.ts'

export type { DropboxCredentials }

export interface DropboxStoreOptions {
  /** Resolves the tenant's refresh token. */
  credentials: CredentialSource<DropboxCredentials>
  /** The fleet's Dropbox app, which the tenant granted access to. */
  app: DropboxApp
  /**
   * Paths of the tenant's folders. `/` is the root that the app may see; a leading slash makes no difference. The folders are in the user's
   * own folder, or in the team space if only the team space has the root folder.
   */
  paths: StoragePaths
  /** Replaces Dropbox's api, content and notify hosts; paths stay the same. Default: Dropbox itself. */
  baseUrl?: string | undefined
  /** Sends requests. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Receives each request that is sent, retries included. Default: no count. */
  onRequest?: OnStorageRequest | undefined
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Retries of calls. Default: 4 attempts within 25 seconds, below Heroku's limit of 30. */
  retry?: RetryPolicy
}

const defaultRetry: RetryPolicy = {
  attempts: 4,
  baseMs: 500,
  capMs: 10_000,
  attemptTimeoutMs: 15_000,
  deadlineMs: 25_000,
}

/**
 * Creates the store of one tenant. Sends nothing before the first use, and keeps only the access token and the path root.
 * Dropbox ignores case: `A.jpg` and `a.JPG` are the same photo, and records whose keys differ only in case are the same record.
 * Deleted files stay in the owner's Dropbox history for as long as the owner's plan allows.
 */
export function createDropboxStore(options: DropboxStoreOptions): PhotoStore {
  const { credentials, app, baseUrl, now = Date.now, retry = defaultRetry } = options
  const { fetch: send = (input, init) => globalThis.fetch(input, init), onRequest = () => undefined } =
    options
  const fetch = createDropboxFetch(countingRequests(send, dropboxRequestClass, onRequest), baseUrl)
  const paths = createDropboxPaths(options.paths)
  const access = createDropboxAccess({ credentials, app, fetch, now, folder: paths.folder('root') })
  const api = createDropboxApi({ access, fetch, now, retry })
  const files = createDropboxFiles(api)
  return {
    provider: 'dropbox',
    foldsCase: 'always',
    asksForLinks: true,
    ...createPhotoFiles({ api, files, paths, listFolder: createListing(api, retry.deadlineMs), now }),
    ...createSidecarFiles(files, paths),
    ...createXmpFiles(files, paths),
    ...createRecordFiles({ api, files, paths }),
    ...createPreviewFiles({ api, files, paths }),
  }
}
