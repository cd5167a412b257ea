/** Sends signed requests to one bucket: path style, no redirects, retries under one deadline. */
import { isPublisherError } from '../../../base/errors.ts'
import { limitHead } from '../../../base/head-limit.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import { type CredentialSource, withCredentials } from '../../../ports/credentials.ts'
import { storageUnavailable, throwUnlessUsable, withoutUrl } from './errors.ts'
import { encodeKey, encodeStrictly } from './keys.ts'
import { createS3Signing, type EndpointPolicy, type S3Credentials, type UnsignedRequest } from './signing.ts'
import { readWhole } from './whole-answer.ts'

export interface S3ClientOptions extends EndpointPolicy {
  credentials: CredentialSource<S3Credentials>
  fetch: typeof fetch
  now: () => number
  retry: RetryPolicy
}

export interface S3Request extends UnsignedRequest {
  /** Upper bound on the body of a successful answer. Default: 8 MiB. */
  maxAnswerBytes?: number
  /** Leaves the body of a successful answer to the caller. Default: the attempt reads the body. */
  streamsAnswer?: boolean
  /** Throws `storage_unavailable` if the server denies access. Default: `credentials_rejected`. */
  isOptional?: boolean
}

export interface S3Client {
  /**
   * Sends the request. Returns answers with 2xx, 304, 404 (of a key) and 412. Returns 400 and 501 only for a conditional write:
   * some servers do not support conditions. Throws `AnswerTooLarge`, `storage_unavailable` or `credentials_rejected` for all other
   * answers.
   */
  send(request: S3Request): Promise<Response>
  /** Creates a URL that reads the key for `seconds` without further credentials. */
  presign(key: string, seconds: number): Promise<string>
  /** Returns the value of `x-amz-copy-source`: the bucket with the key. */
  copySource(key: string): Promise<string>
  /** Returns the server and the bucket that the credentials are for. */
  address(): Promise<{ endpoint: string; bucket: string }>
}

export const defaultRetry: RetryPolicy = {
  attempts: 4,
  baseMs: 200,
  capMs: 3000,
  attemptTimeoutMs: 10_000,
  deadlineMs: 20_000,
}
/** Timeout of uploading an original. Downloads have no timeout while data keeps arriving. */
const streamTimeoutMs = 120_000

/** Creates the client of one bucket. Sends nothing before the first call. */
export function createS3Client(options: S3ClientOptions): S3Client {
  const { credentials, fetch: send, now, retry } = options
  const signing = createS3Signing(options)

  async function once(current: S3Credentials, request: S3Request, signal: AbortSignal): Promise<Response> {
    const signed = await signing.request(current, request)
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
    await throwUnlessUsable(answer, now(), {
      isConditional: isConditional(request),
      isOptional: request.isOptional,
    })
    if (request.method === 'HEAD' && answer.ok && !answer.headers.get('etag')) {
      // A server on disk may answer without an entity tag while it writes the object.
      throw new RetryableError('The S3 server left out required headers of an object.')
    }
    return answer
  }

  function attempt(current: S3Credentials, request: S3Request, signal: AbortSignal): Promise<Response> {
    return request.streamsAnswer
      ? limitHead(signal, (head) => once(current, request, head))
      : once(current, request, signal)
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

    presign: async (key, seconds) => signing.link(await credentials.get(), key, seconds),

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

/** Turns rejected credentials into an outage for streams: a sent stream is gone, so fresh credentials cannot repeat the upload. */
function rejectStreams(isStream: boolean) {
  return (error: unknown): never => {
    if (isStream && isPublisherError(error, 'credentials_rejected')) throw storageUnavailable(error)
    throw error
  }
}
