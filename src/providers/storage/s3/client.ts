/** Signed requests to one bucket: path style, no redirects, our own retries under one deadline. */
import { AwsClient } from 'aws4fetch'
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import type { Secret } from '../../../base/secret.ts'
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import { type CredentialSource, withCredentials } from '../../../ports/credentials.ts'
import { credentialsRejected, storageUnavailable, throwUnlessUsable, withoutUrl } from './errors.ts'
import { encodeKey, encodeStrictly } from './keys.ts'
import { readWhole } from './whole-answer.ts'

/** What the orchestrator resolves for `s3` and `managed`. */
export interface S3Credentials {
  access_key_id: Secret
  secret_access_key: Secret
  endpoint_url: string
  bucket: string
  region: string
}

export interface S3ClientOptions {
  credentials: CredentialSource<S3Credentials>
  /** Development: http endpoints are allowed. */
  allowPrivateEndpoints: boolean
  /** Throws `endpoint_refused` for an endpoint that a tenant may not name. Every URL passes it, signed links too. */
  checkEndpoint(endpoint: string): unknown
  fetch: typeof fetch
  now: () => number
  retry: RetryPolicy
}

export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  /** Left out: the bucket itself. */
  key?: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /** A stream is sent once and not repeated. */
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
  /** Longest body of a good answer that is read within the attempt. Default: 8 MiB. */
  maxAnswerBytes?: number
  /** The body of a good answer is left to the caller. Default: it is read within the attempt. */
  streamsAnswer?: boolean
}

export interface S3Client {
  /**
   * Gives 2xx, 304, 404 (of a key), 412, and for a conditional write also the 400 and 501 of a server that does not know conditions.
   * Throws `AnswerTooLarge`, `storage_unavailable` or `credentials_rejected` for the rest.
   */
  send(request: S3Request): Promise<Response>
  /** A GET of the key that needs no further proof for so many seconds. */
  presign(key: string, seconds: number): Promise<string>
  /** The bucket's name, as `x-amz-copy-source` needs it. */
  copySource(key: string): Promise<string>
  /** Which server and bucket the credentials are for. */
  address(): Promise<{ endpoint: string; bucket: string }>
}

export const defaultRetry: RetryPolicy = {
  attempts: 4,
  baseMs: 200,
  capMs: 3000,
  attemptTimeoutMs: 10_000,
  deadlineMs: 20_000,
}
/** The body of an original may take this long upwards. Downwards it takes as long as it goes on arriving. */
const streamTimeoutMs = 120_000

export function createS3Client({
  credentials,
  allowPrivateEndpoints,
  checkEndpoint,
  fetch: send,
  now,
  retry,
}: S3ClientOptions): S3Client {
  const signers = new WeakMap<S3Credentials, AwsClient>()

  function urlOf(
    current: S3Credentials,
    key: string | undefined,
    query: Readonly<Record<string, string>>,
  ): string {
    const url = objectUrl(current, key, query, allowPrivateEndpoints)
    checkEndpoint(url)
    return url
  }

  function signerOf(current: S3Credentials): AwsClient {
    const known = signers.get(current)
    if (known) return known
    const signer = new AwsClient({
      accessKeyId: current.access_key_id.reveal(),
      secretAccessKey: current.secret_access_key.reveal(),
      region: current.region,
      service: 's3',
      retries: 0,
    })
    signers.set(current, signer)
    return signer
  }

  async function signedRequest(current: S3Credentials, request: S3Request): Promise<Request> {
    const { method, key, query = {}, headers = {}, body } = request
    const url = urlOf(current, key, query)
    try {
      const init = { method, headers: { ...headers }, ...(body !== undefined && { body }) }
      return await signerOf(current).sign(url, init)
    } catch {
      // The error of an illegal header quotes it, and with it the proof that it was to carry.
      throw credentialsRejected(new Error('A request could not be signed with these credentials.'))
    }
  }

  async function once(current: S3Credentials, request: S3Request, signal: AbortSignal): Promise<Response> {
    const signed = await signedRequest(current, request)
    let response: Response
    try {
      response = await send(signed, { redirect: 'manual', signal })
    } catch (cause) {
      if (isPublisherError(cause)) throw cause
      throw new RetryableError('The S3 server could not be reached.', { cause: withoutUrl(cause) })
    }
    const isStreamed = response.ok && request.streamsAnswer
    const limit = response.ok ? request.maxAnswerBytes : undefined
    const answer = isStreamed ? response : await readWhole(response, limit)
    await throwUnlessUsable(answer, now(), isConditional(request))
    if (request.method === 'HEAD' && answer.ok && !answer.headers.get('etag')) {
      // A server on disk may answer so while it writes the object.
      throw new RetryableError('The S3 server says too little of an object.')
    }
    return answer
  }

  /** A body that is still being read must not be cut off by the limit of the attempt, so that covers the headers only. */
  async function attempt(current: S3Credentials, request: S3Request, signal: AbortSignal): Promise<Response> {
    if (!request.streamsAnswer) return once(current, request, signal)
    const reading = new AbortController()
    const abort = () => reading.abort(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await once(current, request, reading.signal)
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  return {
    async send(request) {
      const isStream = request.body instanceof ReadableStream
      const policy = isStream
        ? { ...retry, attempts: 1, attemptTimeoutMs: streamTimeoutMs, deadlineMs: streamTimeoutMs }
        : retry
      try {
        return await withCredentials(credentials, (current) =>
          withRetry((signal) => attempt(current, request, signal), policy).catch(rejectStreams(isStream)),
        )
      } catch (error) {
        if (isPublisherError(error)) throw error
        throw storageUnavailable(error, error instanceof RetryableError ? error.retryAfterMs : undefined)
      }
    },

    async presign(key, seconds) {
      const current = await credentials.get()
      const url = urlOf(current, key, { 'X-Amz-Expires': String(seconds) })
      return (await signerOf(current).sign(url, { method: 'GET', aws: { signQuery: true } })).url
    },

    async copySource(key) {
      const { bucket } = await credentials.get()
      return `/${encodeStrictly(bucket)}/${encodeKey(key)}`
    },

    async address() {
      const { endpoint_url, bucket } = await credentials.get()
      return { endpoint: endpoint_url, bucket }
    },
  }
}

function isConditional({ method, headers = {} }: S3Request): boolean {
  return method === 'PUT' && ('if-none-match' in headers || 'if-match' in headers)
}

/** A stream that was sent is gone: fresh credentials cannot repeat it. */
function rejectStreams(isStream: boolean) {
  return (error: unknown): never => {
    if (isStream && isPublisherError(error, 'credentials_rejected')) throw storageUnavailable(error)
    throw error
  }
}

/** Throws `endpoint_refused` for an endpoint that tenants may not name, and for a key that a URL would change. */
function objectUrl(
  { endpoint_url, bucket }: S3Credentials,
  key: string | undefined,
  query: Readonly<Record<string, string>>,
  allowPrivateEndpoints: boolean,
): string {
  const endpoint = new URL(endpoint_url)
  if (
    (endpoint.protocol !== 'https:' && !allowPrivateEndpoints) ||
    endpoint.username !== '' ||
    endpoint.password !== ''
  ) {
    throw new PublisherError(
      'endpoint_refused',
      'The address of the photo storage has to be https and hold no user name.',
    )
  }
  const path = `${withoutSlashAtEnd(endpoint.pathname)}/${encodeStrictly(bucket)}${key === undefined ? '' : `/${encodeKey(key)}`}`
  const url = new URL(path, endpoint.origin)
  if (url.pathname !== path) throw storageUnavailable(new Error('The key cannot be written as a URL.'))
  const parameters = Object.entries(query).map(
    ([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`,
  )
  return parameters.length === 0 ? url.href : `${url.href}?${parameters.join('&')}`
}
