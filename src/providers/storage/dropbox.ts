/** A photographer's Dropbox as a photo store. */

import { PublisherError } from '../../base/errors.ts'
import type { RetryPolicy } from '../../base/retry.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import { maxSidecarBytes, sidecarBytes, toSidecar } from '../../ports/sidecar-file.ts'
import type { PhotoStore, StoragePaths } from '../../ports/storage.ts'
import { createDropboxAccess, type DropboxApp, type DropboxCredentials } from './dropbox/access.ts'
import { temporaryLinkSchema } from './dropbox/answers.ts'
import { createDropboxApi, tooLarge } from './dropbox/api.ts'
import { createDropboxFiles } from './dropbox/files.ts'
import { createDropboxFetch } from './dropbox/hosts.ts'
import { createListing, listFileNames, photoEntry } from './dropbox/listing.ts'
import { movePhoto } from './dropbox/move.ts'
import { createDropboxPaths } from './dropbox/paths.ts'
import { sealed, unsealed } from './dropbox/seal.ts'
import { fetchThumbnail } from './dropbox/thumbnail.ts'
import { uploadPhoto } from './dropbox/upload.ts'

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

/** Temporary links expire after four hours (spec of `get_temporary_link`). */
const linkLifetimeMs = 4 * 60 * 60_000

/** Records have some hundred bytes. */
const maxRecordBytes = 2 ** 20

/** What Dropbox accepts as a revision (`Rev` in its spec). Nothing else can ever have been one. */
const revision = /^[0-9a-f]{9,}$/

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
  const listFolder = createListing(api, retry.deadlineMs)

  return {
    provider: 'dropbox',
    foldsCase: 'always',

    list: (folder) => listFolder(paths.folder(folder)),

    async stat(folder, name) {
      const file = await files.findFile(paths.photo(folder, name))
      return file && photoEntry(file)
    },

    async read(folder, name) {
      const { file, body } = await api.download(paths.photo(folder, name))
      const entry = photoEntry(file)
      if (entry) return { entry, body }
      await body.cancel()
      throw new PublisherError('photo_not_found', 'There is no photo of this name.')
    },

    async temporaryLink(folder, name) {
      const path = paths.photo(folder, name)
      const expiresAt = new Date(now() + linkLifetimeMs)
      const { link } = await api.read(temporaryLinkSchema, (sdk, call) =>
        sdk.filesGetTemporaryLink({ path }, call),
      )
      return { url: link, expiresAt }
    },

    thumbnail: (folder, name, box, mediaType) =>
      fetchThumbnail(api, paths.photo(folder, name), box, mediaType),

    async upload(folder, name, body, size) {
      const file = await uploadPhoto(api, files, paths.folder(folder), name, body, size)
      const entry = photoEntry(file)
      if (entry) return entry
      throw new PublisherError(
        'storage_unavailable',
        'Dropbox stored the photo under a name that is no photo name.',
      )
    },

    move: (name, from, to, sidecar = 'stem') =>
      movePhoto(files, name, paths.folder(from), paths.folder(to), sidecar),

    // The photo last: as long as it is there, its owner sees it and can repeat what was interrupted.
    async delete(folder, name, form = 'stem') {
      const sidecarDeleted = form !== null && (await files.removeAny(paths.sidecar(folder, name, form)))
      const deleted = await files.removeAny(paths.photo(folder, name))
      return { deleted, sidecarDeleted }
    },

    async readSidecar(folder, name, form) {
      const found = await files.readAtMost(paths.sidecar(folder, name, form), maxSidecarBytes)
      return found === null || found === 'too_large'
        ? found && 'unreadable'
        : toSidecar(found.bytes, found.file.rev)
    },

    async writeSidecar(folder, name, text, revisionBefore, form) {
      const { bytes, ifRevision } = sidecarBytes(text, revisionBefore)
      const written =
        typeof ifRevision !== 'string' || revision.test(ifRevision)
          ? await files.write(paths.sidecar(folder, name, form), bytes, conditionFor(ifRevision))
          : null
      if (written) return
      throw new PublisherError('sidecar_changed', 'The caption was changed in the meantime. Load it again.')
    },

    createRecord: async (key, text) =>
      (await files.write(paths.record(key), sealed(text), 'absent')) !== null,

    async readRecord(key) {
      const found = await files.readAtMost(paths.record(key), maxRecordBytes)
      if (found === 'too_large') throw new PublisherError('storage_unavailable', tooLarge)
      return (
        found && {
          text: unsealed(new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(found.bytes)),
          revision: found.file.rev,
        }
      )
    },

    listRecords: async (folder) => listFileNames(api, paths.record(folder)),

    replaceRecord: async (key, text) => {
      await files.write(paths.record(key), sealed(text), 'always')
    },

    deleteRecord: async (key) => {
      await files.removeAny(paths.record(key))
    },

    // Guaranteed by the spec of `upload` (mode `add` with `strict_conflict`); there is one Dropbox only to probe.
    canCreateAtomically: async () => true,
  }
}

function conditionFor(ifRevision: string | null | undefined) {
  if (ifRevision === undefined) return 'always'
  return ifRevision === null ? 'absent' : { rev: ifRevision }
}
