/** Photos in an S3 bucket: AWS, Cloudflare R2, MinIO and what else speaks it. */

import type { RetryPolicy } from '../../base/retry.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import { type Folder, isPhotoName, mediaType, numberedName, type PhotoName } from '../../ports/photo.ts'
import { maxSidecarBytes, sidecarBytes, sidecarsAmong, toSidecar } from '../../ports/sidecar-file.ts'
import type { PhotoEntry, PhotoStore, SidecarReading, StoragePaths } from '../../ports/storage.ts'
import { createS3Client, defaultRetry, type S3Credentials } from './s3/client.ts'
import { createVerdictMemory, createVerdicts, type VerdictMemory } from './s3/conditions.ts'
import { notAtomic, photoNotFound, sidecarChanged, storageUnavailable } from './s3/errors.ts'
import { createExclusive } from './s3/exclusive.ts'
import { createKeys } from './s3/keys.ts'
import { movePhoto } from './s3/move.ts'
import { createS3Objects, type ObjectHead, type PutOptions } from './s3/objects.ts'
import { reservationOf, reserve, withoutReservations } from './s3/reservations.ts'

export type { S3Credentials } from './s3/client.ts'
export { createVerdictMemory, type VerdictMemory } from './s3/conditions.ts'

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
  /** The tenant's host, by which verdicts are kept apart. Default: none. */
  host?: string
  /** Verdicts of this process on servers. Default: a memory of this store alone. */
  verdicts?: VerdictMemory
  /** Objects per page of a listing. Default and maximum of S3: 1000. */
  pageSize?: number
}

const linkSeconds = 4 * 3600
const maxNumber = 1000
/** Records have some hundred bytes. */
const maxRecordBytes = 2 ** 20
const recordType = 'application/json'
const sidecarType = 'text/plain; charset=utf-8'
/** Type of a sidecar that another program wrote in an encoding of its own. */
const foreignSidecarType = 'text/plain'

/** Looks at the markers of other creators before one of them counts as stuck. */
const looks = 6

/**
 * Makes the store. Path-style addresses; the content hash is the ETag. Records can be claimed only where the server honours conditional
 * writes: by its documentation, or by a race that is run once per process and day (`canCreateAtomically`).
 */
export function createS3Store(options: S3StoreOptions): PhotoStore {
  const { provider, paths, credentials, allowPrivateEndpoints = false, now = Date.now } = options
  const keys = createKeys(paths)
  const send = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init))
  const { retry = defaultRetry, host = '', verdicts: memory = createVerdictMemory() } = options
  const { checkEndpoint = () => undefined } = options
  const client = createS3Client({
    credentials,
    allowPrivateEndpoints,
    checkEndpoint,
    fetch: send,
    now,
    retry,
  })
  const objects = createS3Objects(client, options.pageSize ?? 1000)
  const verdicts = createVerdicts({ client, objects, keys, tenant: host, memory })
  const pausesMs = Array.from({ length: looks }, (_, look) => Math.min(retry.baseMs * 2 ** look, retry.capMs))
  const create = createExclusive({ objects, keys, verdicts, pausesMs })

  async function stat(folder: Folder, name: PhotoName): Promise<PhotoEntry | null> {
    const head = await objects.head(keys.photo(folder, name))
    return head && reservationOf(head) === null ? toEntry(name, head) : null
  }

  /** Takes the first free name. Gives it with its key. */
  async function reserveName(folder: Folder, name: PhotoName): Promise<{ name: PhotoName; key: string }> {
    const owner = crypto.randomUUID()
    for (let number = 1; number <= maxNumber; number++) {
      const free = numberedName(name, number)
      const key = keys.photo(folder, free)
      const [photo, sidecar] = await Promise.all([
        objects.head(key),
        objects.head(keys.sidecar(folder, free)),
      ])
      if (photo || sidecar) continue
      if ((await reserve(create, key, owner)) === 'created') return { name: free, key }
    }
    throw storageUnavailable(new Error('All numbers for this name are taken.'))
  }

  async function readSidecar(key: string): Promise<SidecarReading> {
    const found = await objects.getAtMost(key, maxSidecarBytes)
    return found === null || found === 'too_large'
      ? found && 'unreadable'
      : toSidecar(found.bytes, found.head.etag)
  }

  /** False where a condition was not met. A server that refuses conditions is asked to write without them. */
  async function putConditionally(
    key: string,
    bytes: Uint8Array<ArrayBuffer>,
    { contentType, ...condition }: Pick<PutOptions, 'contentType' | 'ifAbsent' | 'ifEtag'>,
  ): Promise<boolean> {
    const plain = { contentType }
    const refuses = (await verdicts.peek())?.conditions === 'refused'
    const outcome = await objects.put(key, bytes, refuses ? plain : { ...plain, ...condition })
    if (outcome !== 'unsupported') return outcome === 'written'
    await objects.put(key, bytes, plain)
    return true
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
      return { photos: entries, ...sidecarsAmong(entries, (name) => names.has(name)) }
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

    async move(name, from, to, sidecar = 'stem') {
      if (keys.prefix(from) !== keys.prefix(to))
        return movePhoto({ objects, keys, create }, name, from, to, sidecar)
      if (!(await stat(from, name))) throw photoNotFound()
      return name
    },

    async delete(folder, name, form = 'stem') {
      const sidecarKey = form && keys.sidecar(folder, name, form)
      const [photo, sidecar] = await Promise.all([stat(folder, name), sidecarKey && objects.head(sidecarKey)])
      if (sidecarKey && sidecar) await objects.delete(sidecarKey)
      if (photo) await objects.delete(keys.photo(folder, name))
      return { deleted: photo !== null, sidecarDeleted: sidecar !== null }
    },

    readSidecar: (folder, name, form) => readSidecar(keys.sidecar(folder, name, form)),

    async writeSidecar(folder, name, text, revisionBefore, form) {
      const { bytes, ifRevision } = sidecarBytes(text, revisionBefore)
      const key = keys.sidecar(folder, name, form)
      if (ifRevision !== undefined) {
        // A server that ignores conditions is at least asked what it has.
        const current = (await objects.head(key))?.etag ?? null
        if (current !== ifRevision) throw sidecarChanged()
      }
      const condition =
        ifRevision === undefined ? {} : ifRevision === null ? { ifAbsent: true } : { ifEtag: ifRevision }
      const contentType = ifRevision === revisionBefore ? sidecarType : foreignSidecarType
      if (await putConditionally(key, bytes, { contentType, ...condition })) return
      // Refused may mean that an earlier attempt of this very call went through and its answer was lost.
      const there = await readSidecar(key)
      if (there === null || there === 'unreadable' || there.text !== text) throw sidecarChanged()
    },

    async createRecord(recordKey, text) {
      const key = keys.record(recordKey)
      const verdict = await verdicts.get()
      if (verdict.conditions !== 'honoured') throw notAtomic(verdict)
      const creation = { key, body: text, contentType: recordType }
      // Another creator is stuck: the record is taken back while its marker still keeps others from it.
      return (await create(creation, () => objects.delete(key))) === 'created'
    },

    async readRecord(recordKey) {
      const found = await objects.getAtMost(keys.record(recordKey), maxRecordBytes)
      if (found === 'too_large') throw storageUnavailable(new Error('A record is far too large.'))
      return found && { text: new TextDecoder().decode(found.bytes), revision: found.head.etag }
    },

    async listRecords(folder) {
      const prefix = `${keys.record(folder)}/`
      return (await objects.list(prefix)).map(({ key }) => key.slice(prefix.length)).filter(Boolean)
    },

    async replaceRecord(recordKey, text) {
      await objects.put(keys.record(recordKey), text, { contentType: recordType })
    },

    deleteRecord: (recordKey) => objects.delete(keys.record(recordKey)),
    canCreateAtomically: async () => (await verdicts.get()).conditions === 'honoured',
  }
}

function toEntry(name: PhotoName, { size, modifiedAt, etag }: ObjectHead): PhotoEntry {
  return { name, size, modifiedAt, contentHash: etag }
}
