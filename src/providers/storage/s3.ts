/** Photo store in an S3 bucket: AWS, Cloudflare R2, MinIO and compatible servers. */
import type { RetryPolicy } from '../../base/retry.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import type { PhotoStore, StoragePaths } from '../../ports/storage.ts'
import { countingRequests, type OnStorageRequest } from '../../ports/storage-requests.ts'
import { createS3Client, defaultRetry } from './s3/client.ts'
import { createVerdictMemory, createVerdicts, type VerdictMemory } from './s3/conditions.ts'
import { createExclusive } from './s3/exclusive.ts'
import { createKeys } from './s3/keys.ts'
import { createS3Objects } from './s3/objects.ts'
import { createPhotoFiles } from './s3/photos.ts'
import { createPreviewFiles } from './s3/previews.ts'
import { createRecordFiles } from './s3/records.ts'
import { s3RequestClass } from './s3/request-class.ts'
import { createSidecarFiles } from './s3/sidecars.ts'
import type { S3Credentials } from './s3/signing.ts'
import { createXmpFiles } from './s3/xmp.ts'

export { createVerdictMemory, type VerdictMemory } from './s3/conditions.ts'
export type { S3Credentials } from './s3/signing.ts'

export interface S3StoreOptions {
  /** Name of the storage in the configuration: `s3` or `managed`. */
  provider: string
  /** Prefixes of the tenant's folders; a leading slash makes no difference. */
  paths: StoragePaths
  /** Resolves the tenant's keys, endpoint and bucket. */
  credentials: CredentialSource<S3Credentials>
  /** Allows http endpoints, for development. Default: false. */
  allowPrivateEndpoints?: boolean
  /** Throws `endpoint_refused` for an endpoint that a tenant may not name. Default: only `fetch` refuses endpoints. */
  checkEndpoint?(endpoint: string): unknown
  /** Sends requests. Default: the global `fetch`. */
  fetch?: typeof fetch
  /** Receives each request that is sent, retries included. Default: no count. */
  onRequest?: OnStorageRequest | undefined
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Retries of calls. Default: 4 attempts within 20 seconds. */
  retry?: RetryPolicy
  /** The tenant's host, which keeps the verdicts of tenants apart. Default: none. */
  host?: string
  /** Verdicts of this process on servers. Default: a memory for this store alone. */
  verdicts?: VerdictMemory
  /** Objects per page of a listing. Default and maximum of S3: 1000. */
  pageSize?: number
}

/** Upper bound on checks of the markers of other creators before a creator counts as stuck. */
const maxChecks = 6

/**
 * Creates the store. Uses path-style addresses, and the ETag as content hash. Records can be claimed only if the server honours
 * conditional writes (`canCreateAtomically`). The proof is its documentation, or a probe that runs once per process and day.
 */
export function createS3Store(options: S3StoreOptions): PhotoStore {
  const { provider, paths, credentials, allowPrivateEndpoints = false, now = Date.now } = options
  const { checkEndpoint = () => undefined, retry = defaultRetry, host = '', pageSize = 1000 } = options
  const { verdicts: memory = createVerdictMemory(), onRequest = () => undefined } = options
  const send = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init))
  const client = createS3Client({
    credentials,
    allowPrivateEndpoints,
    checkEndpoint,
    fetch: countingRequests(send, s3RequestClass, onRequest),
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
    ...createXmpFiles({ objects, keys, verdicts }),
    ...createRecordFiles({ objects, keys, verdicts, create }),
    ...createPreviewFiles({ objects, keys }),
  }
}
