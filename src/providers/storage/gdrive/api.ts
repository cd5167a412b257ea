/** Makes calls to Google Drive: authorises, validates answers, and retries. */
import type { z } from 'zod'
import { BodyTooLarge, bytesAtMost, textAtMost } from '../../../base/bounded-body.ts'
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import { limitHead } from '../../../base/head-limit.ts'
import { parseJson } from '../../../base/json.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import { failureText } from '../../../base/vendor-text.ts'
import type { DriveAccess } from './access.ts'
import { AccessTokenRejected, failureOf, UnsettledError } from './errors.ts'
import type { Grant } from './grant.ts'
import type { DriveHosts } from './hosts.ts'

export interface DriveRequest {
  /** Default: `GET`. */
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** A URL of hosts.ts without a query, or a URL that Google sent. */
  url: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /** Body, which can be sent again. */
  body?: string | Blob | Uint8Array<ArrayBuffer>
  /** Statuses that are answers rather than failures, besides 2xx. */
  accepts?: readonly number[]
}

/** Makes a single call and hands its answer to `read`, which must read the body or cancel it. */
export type SingleCall = <T>(request: DriveRequest, read: (response: Response) => Promise<T>) => Promise<T>

/**
 * Calls to Google Drive. Every function throws `DriveRefusal` when Drive refuses, `credentials_rejected`, or `storage_unavailable` when
 * all attempts failed. An answer of the wrong shape counts as no answer. A retry may run a call twice.
 */
export interface DriveApi {
  /** Makes a call that answers with JSON. */
  json<T>(answer: z.ZodType<T>, request: DriveRequest): Promise<T>
  /** Makes a call whose answer does not matter. */
  nothing(request: DriveRequest): Promise<void>
  /** Runs `work`, which makes calls without retries, and runs it again after a call without a usable answer. */
  repeatedly<T>(work: (call: SingleCall) => Promise<T>): Promise<T>
  /** Checks if a URL that Google sent leads to Google's servers for files. */
  isOwn(url: URL): boolean
  /** Streams bytes. The caller must read the body to its end or cancel it. */
  stream(request: DriveRequest): Promise<ReadableStream<Uint8Array>>
  /** Returns all bytes, or `too_large` beyond the limit. */
  bytesAtMost(request: DriveRequest, limit: number): Promise<Uint8Array<ArrayBuffer> | 'too_large'>
  /** Pauses before the repetition of a conflicting step: a little longer each time. */
  pauseOf(attempt: number): number
}

export interface DriveApiOptions {
  access: DriveAccess
  hosts: DriveHosts
  /** Current time in milliseconds. */
  now: () => number
  /** Retries of a call. */
  retry: RetryPolicy
}

/** Upper bound on an answer. A page of a listing has 1,000 files of some 600 bytes, and names may be long. */
const maxAnswerBytes = 32 * 2 ** 20
const maxErrorBytes = 64 * 1024

const silent = 'Google Drive is not responding correctly. Try again later.'
const tooMany = 'Google Drive is limiting requests. Try again later.'

/** Creates the calls of one store. */
export function createDriveApi({ access, hosts, now, retry }: DriveApiOptions): DriveApi {
  async function once<T>(
    request: DriveRequest,
    grant: Grant,
    signal: AbortSignal,
    unsettled: boolean,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    try {
      const response = await send(hosts, request, grant, signal)
      if (response.ok || request.accepts?.includes(response.status)) return await read(response)
      const body = parseJson(await textAtMost(response, maxErrorBytes))
      const context = { unsettled, now: now(), redact: grant.redact }
      throw failureOf({ status: response.status, headers: response.headers, body }, context)
    } catch (error) {
      if (isKnown(error)) throw error
      throw new UnsettledError(silent, { cause: new Error(grant.redact(failureText(error))) })
    }
  }

  async function repeatedly<T>(
    work: (call: SingleCall) => Promise<T>,
    limited: (signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T> = (
      signal,
      work,
    ) => work(signal),
  ): Promise<T> {
    let unsettled = false
    const attempt = (signal: AbortSignal) =>
      access.use(signal, async (grant) => {
        try {
          return await limited(signal, (inner) =>
            work((request, read) => once(request, grant, inner, unsettled, read)),
          )
        } catch (error) {
          unsettled ||= error instanceof UnsettledError
          throw error
        }
      })
    try {
      return await withRetry(attempt, retry)
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error
      const { cause, retryAfterMs, isOutage } = error
      const message = isOutage ? silent : tooMany
      throw new PublisherError('storage_unavailable', message, { cause, retryAfterMs, isOutage })
    }
  }

  const attempts = <T>(
    request: DriveRequest,
    read: (response: Response) => Promise<T>,
    limited?: typeof limitHead<T>,
  ) => repeatedly<T>((call) => call(request, read), limited)

  return {
    json: (answer, request) =>
      attempts(request, async (response) =>
        checked(answer, parseJson(await textAtMost(response, maxAnswerBytes))),
      ),
    nothing: (request) =>
      attempts(request, async (response) => {
        await response.body?.cancel()
      }),
    repeatedly: (work) => repeatedly(work),
    isOwn: hosts.isOwn,
    stream: (request) =>
      attempts(request, async (response) => response.body ?? new Blob([]).stream(), limitHead),
    bytesAtMost: (request, limit) =>
      attempts<Uint8Array<ArrayBuffer> | 'too_large'>(request, ({ body }) =>
        bytesAtMost(body, limit).catch(unlessTooLarge),
      ),
    pauseOf: (attempt) => retry.baseMs * attempt,
  }
}

function send(
  hosts: DriveHosts,
  { method = 'GET', url, query = {}, headers = {}, body }: DriveRequest,
  { token }: Grant,
  signal: AbortSignal,
): Promise<Response> {
  const asked = Object.keys(query).length === 0 ? url : `${url}?${new URLSearchParams(query)}`
  return hosts.fetch(asked, {
    method,
    headers: { ...headers, Authorization: `Bearer ${token.reveal()}` },
    signal,
    ...(body !== undefined && { body }),
  })
}

/** Checks an answer. Throws {@link UnsettledError} for an answer of the wrong shape. */
export function checked<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')
  throw new UnsettledError(silent, {
    cause: new Error(`the answer has an unexpected shape: ${fields.slice(0, 300)}`),
  })
}

function isKnown(error: unknown): boolean {
  return isPublisherError(error) || error instanceof RetryableError || error instanceof AccessTokenRejected
}

function unlessTooLarge(error: unknown): 'too_large' {
  if (error instanceof BodyTooLarge) return 'too_large'
  throw error
}
