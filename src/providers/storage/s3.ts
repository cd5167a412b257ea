/** Photos in an S3 bucket: AWS, Cloudflare R2, MinIO and what else speaks it. */
import type { RetryPolicy } from '../../base/retry.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import type { PhotoStore, StoragePaths } from '../../ports/storage.ts'
import { createS3Client, defaultRetry } from './s3/client.ts'
import { createVerdictMemory, createVerdicts, type VerdictMemory } from './s3/conditions.ts'
import { createExclusive } from './s3/exclusive.ts'
import { createKeys } from './s3/keys.ts'
import { createS3Objects } from './s3/objects.ts'
import { createPhotoFiles } from './s3/photos.ts'
import { createRecordFiles } from './s3/records.ts'
import { createSidecarFiles } from './s3/sidecars.ts'
import type { S3Credentials } from './s3/signing.ts'

export { createVerdictMemory, type VerdictMemory } from './s3/conditions.ts'
export type { S3Credentials } from './s3/signing.ts'

export interface S3StoreOptions {
  /** Name of the storage in the configuration: `s3` or `managed`. */
  provider: string
  /** Prefixes of the tenant's folders; a leading slash makes no difference. */
  paths: StoragePaths
  /** Resolves the tenant's keys, endpoint and bucket. */
  credentials: CredentialSource<S3Credentials>
  /** Development: endpoints may be http. Default false. */
  allowPrivateEndpoints?: boolean
  /** Throws `endpoint_refused` for an endpoint that a tenant may not name. Default: `fetch` alone refuses. */
  checkEndpoint?(endpoint: string): unknown
  /** Sends requests. Default: the global `fetch`. */
  fetch?: typeof fetch
  /** The time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Repetition of calls. Default: 4 attempts within 20 seconds. */
  retry?: RetryPolicy
  /** The tenant's host, by which verdicts are kept apart. Default: none. */
  host?: string
  /** Verdicts of this process on servers. Default: a memory of this store alone. */
  verdicts?: VerdictMemory
  /** Objects per page of a listing. Default and maximum of S3: 1000. */
  pageSize?: number
}

/** Looks at the markers of other creators before one of them counts as stuck. */
const maxChecks = 6

/**
 * Makes the store. Path-style addresses; the content hash is the ETag. Records can be claimed only where the server honours conditional
 * writes: by its documentation, or by a race that is run once per process and day (`canCreateAtomically`).
 */
export function createS3Store(options: S3StoreOptions): PhotoStore {
  const { provider, paths, credentials, allowPrivateEndpoints = false, now = Date.now } = options
  const { checkEndpoint = () => undefined, retry = defaultRetry, host = '', pageSize = 1000 } = options
  const { verdicts: memory = createVerdictMemory() } = options
  const send = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init))
  const client = createS3Client({
    credentials,
    allowPrivateEndpoints,
    checkEndpoint,
    fetch: send,
    now,
    retry,
  })
  const objects = createS3Objects(client, pageSize)
  const keys = createKeys(paths)
  const verdicts = createVerdicts({ client, objects, keys, tenant: host, memory })
  const pausesMs = Array.from({ length: maxChecks }, (_, check) =>
    Math.min(retry.baseMs * 2 ** check, retry.capMs),
  )
  const create = createExclusive({ objects, keys, verdicts, pausesMs })
  return {
    provider,
    ...createPhotoFiles({ objects, keys, create, presign: client.presign, now }),
    ...createSidecarFiles({ objects, keys, verdicts }),
    ...createRecordFiles({ objects, keys, verdicts, create }),
  }
}
