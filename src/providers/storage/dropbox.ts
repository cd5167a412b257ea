/** A photographer's Dropbox as a photo store. */
import type { RetryPolicy } from '../../base/retry.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import type { PhotoStore, StoragePaths } from '../../ports/storage.ts'
import { createDropboxAccess, type DropboxCredentials } from './dropbox/access.ts'
import { createDropboxApi } from './dropbox/api.ts'
import { createDropboxFiles } from './dropbox/files.ts'
import type { DropboxApp } from './dropbox/grant.ts'
import { createDropboxFetch } from './dropbox/hosts.ts'
import { createListing } from './dropbox/listing.ts'
import { createDropboxPaths } from './dropbox/paths.ts'
import { createPhotoFiles } from './dropbox/photos.ts'
import { createRecordFiles } from './dropbox/records.ts'
import { createSidecarFiles } from './dropbox/sidecars.ts'

export type { DropboxCredentials }

export interface DropboxStoreOptions {
  /** Resolves the tenant's refresh token. */
  credentials: CredentialSource<DropboxCredentials>
  /** The Dropbox app of the fleet, to which the tenant granted access. */
  app: DropboxApp
  /**
   * Where the tenant's folders are. `/` is the root of what the app may see; a leading slash makes no difference. They lie in the
   * user's own folder, or in the space of their team where only that has the root folder.
   */
  paths: StoragePaths
  /** Stands for Dropbox's api, content and notify hosts at once, paths unchanged. Default: Dropbox itself. */
  baseUrl?: string | undefined
  /** Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** The time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** How calls are repeated. Default: 4 attempts within 25 seconds, which fits into Heroku's 30. */
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
 * Makes the store of one tenant. Nothing is called before the first use, and nothing is kept in it but the access token.
 * Dropbox folds case: `A.jpg` and `a.JPG` are one photo, and records whose keys differ in case only are one record.
 * Deleted files stay in the owner's own Dropbox history for as long as their plan keeps it.
 */
export function createDropboxStore(options: DropboxStoreOptions): PhotoStore {
  const { credentials, app, baseUrl, now = Date.now, retry = defaultRetry } = options
  const fetch = createDropboxFetch(options.fetch ?? ((input, init) => globalThis.fetch(input, init)), baseUrl)
  const paths = createDropboxPaths(options.paths)
  const access = createDropboxAccess({ credentials, app, fetch, now, folder: paths.folder('root') })
  const api = createDropboxApi({ access, fetch, now, retry })
  const files = createDropboxFiles(api)
  return {
    provider: 'dropbox',
    foldsCase: 'always',
    ...createPhotoFiles({ api, files, paths, listFolder: createListing(api, retry.deadlineMs), now }),
    ...createSidecarFiles(files, paths),
    ...createRecordFiles({ api, files, paths }),
  }
}
