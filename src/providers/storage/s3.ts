/** Photos in an S3 bucket: AWS, Cloudflare R2, MinIO and what else speaks it. */
import type { CredentialSource } from '../../credentials.ts'
import { PublisherError } from '../../errors.ts'
import type { RetryPolicy } from '../../retry.ts'
import {
  type Folder,
  isPhotoName,
  mediaType,
  numberedName,
  type PhotoName,
  sidecarName,
} from '../../workflow/photo.ts'
import type { PhotoEntry, PhotoStore, StoragePaths } from '../../workflow/ports/storage.ts'
import { createS3Client, defaultRetry, type S3Credentials } from './s3/client.ts'
import { photoNotFound, sidecarChanged, storageUnavailable } from './s3/errors.ts'
import { createKeys } from './s3/keys.ts'
import { movePhoto } from './s3/move.ts'
import { createS3Objects, type ObjectHead } from './s3/objects.ts'
import { reservationOf, reserve, withoutReservations } from './s3/reservations.ts'

export type { S3Credentials } from './s3/client.ts'

export interface S3StoreOptions {
  /** As the configuration names it. */
  provider: string
  paths: StoragePaths
  credentials: CredentialSource<S3Credentials>
  /** Development: endpoints may be http. Default false. */
  allowPrivateEndpoints?: boolean
  /** Throws `endpoint_refused` for an endpoint that a tenant may not name. Default: `fetch` alone refuses. */
  checkEndpoint?(endpoint: string): unknown
  fetch?: typeof fetch
  now?: () => number
  retry?: RetryPolicy
  /** Objects per page of a listing. Default and maximum of S3: 1000. */
  pageSize?: number
}

const linkSeconds = 4 * 3600
const maxNumber = 1000
/** Metadata of a record: who created it, for the creator who lost the answer. */
const createdBy = 'publisher-created-by'
const recordType = 'application/json'
const sidecarType = 'text/plain; charset=utf-8'

/**
 * Makes the store. Path-style addresses; the content hash is the ETag. Records can be trusted only where the server honours
 * conditional writes, which is found out once, by trying (`canCreateAtomically`).
 */
export function createS3Store(options: S3StoreOptions): PhotoStore {
  const { provider, paths, credentials, allowPrivateEndpoints = false, now = Date.now } = options
  const keys = createKeys(paths)
  const send = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init))
  const client = createS3Client({
    credentials,
    allowPrivateEndpoints,
    checkEndpoint: options.checkEndpoint ?? (() => undefined),
    fetch: send,
    now,
    retry: options.retry ?? defaultRetry,
  })
  const objects = createS3Objects(client, keys.probe, options.pageSize ?? 1000)

  async function stat(folder: Folder, name: PhotoName): Promise<PhotoEntry | null> {
    const head = await objects.head(keys.photo(folder, name))
    return head && reservationOf(head) === null ? toEntry(name, head) : null
  }

  /** Takes the first free name. Gives it with its key. */
  async function reserveName(folder: Folder, name: PhotoName): Promise<{ name: PhotoName; key: string }> {
    const conditional = await objects.honoursConditions()
    const owner = crypto.randomUUID()
    for (let number = 1; number <= maxNumber; number++) {
      const free = numberedName(name, number)
      const key = keys.photo(folder, free)
      const [photo, sidecar] = await Promise.all([
        objects.head(key),
        objects.head(keys.sidecar(folder, free)),
      ])
      if (!photo && !sidecar && (await reserve(objects, key, owner, conditional))) return { name: free, key }
    }
    throw storageUnavailable(new Error('All numbers for this name are taken.'))
  }

  return {
    provider,
    stat,

    async list(folder) {
      const prefix = keys.prefix(folder)
      const listed = await objects.list(prefix)
      const names = new Set(listed.map(({ key }) => key.slice(prefix.length)))
      const photos = await withoutReservations(
        objects,
        listed.filter(({ key }) => isPhotoName(key.slice(prefix.length))),
      )
      const entries = photos.flatMap(({ key, size, modifiedAt, etag }): PhotoEntry[] => {
        const name = key.slice(prefix.length)
        return isPhotoName(name) ? [{ name, size, modifiedAt, contentHash: etag }] : []
      })
      entries.sort((a, b) => (a.name < b.name ? -1 : 1))
      const withSidecar = entries.filter(({ name }) => names.has(sidecarName(name))).map(({ name }) => name)
      return { photos: entries, withSidecar: new Set(withSidecar) }
    },

    async read(folder, name) {
      const found = await objects.get(keys.photo(folder, name))
      if (found && reservationOf(found.head) === null)
        return { entry: toEntry(name, found.head), body: found.body }
      await found?.body.cancel()
      throw photoNotFound()
    },

    async temporaryLink(folder, name) {
      if (!(await stat(folder, name))) throw photoNotFound()
      const expiresAt = new Date(now() + linkSeconds * 1000)
      return { url: await client.presign(keys.photo(folder, name), linkSeconds), expiresAt }
    },

    async upload(folder, name, body, size) {
      const reserved = await reserveName(folder, name)
      try {
        await objects.putStream(reserved.key, body, size, mediaType(name))
      } catch (error) {
        await objects.delete(reserved.key).catch(() => undefined)
        throw error
      }
      const entry = await stat(folder, reserved.name)
      if (entry?.size !== size)
        throw storageUnavailable(new Error('The uploaded photo did not arrive whole.'))
      return entry
    },

    async move(name, from, to) {
      if (keys.prefix(from) !== keys.prefix(to)) return movePhoto(objects, keys, name, from, to)
      if (!(await stat(from, name))) throw photoNotFound()
      return name
    },

    async delete(folder, name) {
      const [photo, sidecar] = await Promise.all([
        stat(folder, name),
        objects.head(keys.sidecar(folder, name)),
      ])
      if (sidecar) await objects.delete(keys.sidecar(folder, name))
      if (photo) await objects.delete(keys.photo(folder, name))
      return { deleted: photo !== null, sidecarDeleted: sidecar !== null }
    },

    async readSidecar(folder, name) {
      const found = await objects.getText(keys.sidecar(folder, name))
      return found && { text: found.text, revision: found.head.etag }
    },

    async writeSidecar(folder, name, text, ifRevision) {
      const key = keys.sidecar(folder, name)
      if (ifRevision !== undefined) {
        // A server that ignores conditions is at least asked what it has.
        const current = (await objects.head(key))?.etag ?? null
        if (current !== ifRevision) throw sidecarChanged()
      }
      const condition =
        ifRevision === undefined ? {} : ifRevision === null ? { ifAbsent: true } : { ifEtag: ifRevision }
      if (await objects.put(key, text, { contentType: sidecarType, ...condition })) return
      // Refused may mean that an earlier attempt of this very call went through and its answer was lost.
      if ((await objects.getText(key))?.text !== text) throw sidecarChanged()
    },

    async createRecord(recordKey, text) {
      const key = keys.record(recordKey)
      if (!(await objects.honoursConditions())) {
        throw new PublisherError(
          'storage_not_atomic',
          'This S3 server ignores conditional writes, so nothing can be claimed safely on it.',
        )
      }
      const creator = crypto.randomUUID()
      const metadata = { [createdBy]: creator }
      if (await objects.put(key, text, { contentType: recordType, metadata, ifAbsent: true })) return true
      // Refused may mean that an earlier attempt of this very call went through and its answer was lost.
      return (await objects.head(key))?.metadata[createdBy] === creator
    },

    async readRecord(recordKey) {
      const found = await objects.getText(keys.record(recordKey))
      return found && { text: found.text, revision: found.head.etag }
    },

    async replaceRecord(recordKey, text) {
      await objects.put(keys.record(recordKey), text, { contentType: recordType })
    },

    deleteRecord: (recordKey) => objects.delete(keys.record(recordKey)),
    canCreateAtomically: () => objects.honoursConditions(),
  }
}

function toEntry(name: PhotoName, { size, modifiedAt, etag }: ObjectHead): PhotoEntry {
  return { name, size, modifiedAt, contentHash: etag }
}
