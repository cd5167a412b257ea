/** Signed requests to one bucket: path style, no redirects, our own retries under one deadline. */
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

/** Makes the client of one bucket. Nothing is sent before the first call. */
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
    await throwUnlessUsable(answer, now(), isConditional(request))
    if (request.method === 'HEAD' && answer.ok && !answer.headers.get('etag')) {
      // A server on disk may answer so while it writes the object.
      throw new RetryableError('The S3 server says too little of an object.')
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

/** A stream that was sent is gone: fresh credentials cannot repeat it. */
function rejectStreams(isStream: boolean) {
  return (error: unknown): never => {
    if (isStream && isPublisherError(error, 'credentials_rejected')) throw storageUnavailable(error)
    throw error
  }
}
