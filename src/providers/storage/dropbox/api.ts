/** Makes calls to Dropbox: authorises, validates answers, retries safe calls, and serialises writes. */
import { type Dropbox, type DropboxRequestOptions, DropboxResponseError } from 'dropbox'
import type { z } from 'zod'
import { BodyTooLarge, bytesAtMost, textAtMost } from '../../../base/bounded-body.ts'
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import { limitHead } from '../../../base/head-limit.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import { failureText } from '../../../base/vendor-text.ts'
import type { SmallFile } from '../../../ports/sidecar-file.ts'
import type { DropboxAccess } from './access.ts'
import { type DropboxFile, fileSchema, jsonOrText, previewSchema } from './answers.ts'
import { AccessTokenRejected, failureOf, UnsettledError } from './errors.ts'
import { apiArg, contentUrl, type DropboxFetch, maxAnswerBytes } from './hosts.ts'
import type { Session } from './sessions.ts'
import { createTurns } from './turns.ts'

/** Call of the SDK. */
type SdkCall = (sdk: Dropbox, options: DropboxRequestOptions) => Promise<{ result: unknown }>

/** Routes that answer with bytes, and with their metadata in a header. */
type ContentRoute = 'files/download' | 'files/get_thumbnail_v2'

interface DropboxDownload {
  file: DropboxFile
  /** Body, which the caller must read to its end or cancel. */
  body: ReadableStream<Uint8Array>
}

interface DropboxThumbnail {
  bytes: Uint8Array<ArrayBuffer>
  /** Hash of the photo that was reduced. `undefined`: Dropbox did not tell it. */
  contentHash: string | undefined
}

/** File that was read whole. Its revision is the `rev`. */
export interface SmallDropboxFile extends SmallFile {
  bytes: Uint8Array<ArrayBuffer>
}

/**
 * Calls to Dropbox. Every function throws `DropboxRefusal` when a route refuses, `credentials_rejected`, or `storage_unavailable` when
 * all attempts failed. An answer of the wrong shape counts as no answer.
 */
export interface DropboxApi {
  /** Makes a call that may safely run twice. */
  read<T>(answer: z.ZodType<T>, call: SdkCall): Promise<T>
  /** Like {@link read}, without waiting for the path root. A wrong guess costs a second call, so use it for the first call of a visit. */
  readAtOnce<T>(answer: z.ZodType<T>, call: SdkCall): Promise<T>
  /**
   * Makes a call that changes files. Runs the writes of a store one after another, because Dropbox locks an account's tree for
   * each write (`too_many_write_operations`). A retry may run the call twice: the caller must check `DropboxRefusal.unsettled` after
   * a refusal.
   */
  write<T>(answer: z.ZodType<T>, call: SdkCall): Promise<T>
  /** Streams a file. Bypasses the SDK, which would hold the whole file in memory. */
  download(path: string): Promise<DropboxDownload>
  /** Returns the whole file, or `too_large` beyond the limit. Reads little more than the limit. */
  downloadAtMost(path: string, limit: number): Promise<SmallDropboxFile | 'too_large'>
  /** Returns the bytes of `get_thumbnail_v2`, unchecked. Throws `storage_unavailable` beyond `limit` bytes. */
  thumbnail(argument: unknown, limit: number): Promise<DropboxThumbnail>
  /** Returns the number of writes that have ended. A listing that began before the last write may be stale. */
  writesEnded(): number
}

export interface DropboxApiOptions {
  /** Runs each call with a session. */
  access: DropboxAccess
  /** Sends requests to Dropbox. */
  fetch: DropboxFetch
  /** Current time in milliseconds. */
  now: () => number
  /** Retries of a call. */
  retry: RetryPolicy
}

type Attempt<T> = (session: Session, signal: AbortSignal) => Promise<T>

const silent = 'Dropbox is not responding correctly. Try again later.'
export const tooLarge = 'A file in the Dropbox is far larger than it should be.'
const tooMany = 'Dropbox is limiting requests. Try again later.'

/** Creates the calls of one store. */
export function createDropboxApi({ access, fetch, now, retry }: DropboxApiOptions): DropboxApi {
  const turn = createTurns(retry.deadlineMs)
  let writesEnded = 0

  async function attempts<T>(attempt: Attempt<T>, use = access.use): Promise<T> {
    let unsettled = false
    const once = (signal: AbortSignal) =>
      use(signal, async (session) => {
        try {
          return await attempt(session, signal)
        } catch (error) {
          const failure = meaningOf(error, { unsettled, now: now(), redact: session.redact })
          unsettled ||= failure instanceof UnsettledError
          throw failure
        }
      })
    try {
      return await withRetry(once, retry)
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error
      const { cause, retryAfterMs, isOutage } = error
      const message = retryAfterMs === undefined ? silent : tooMany
      throw new PublisherError('storage_unavailable', message, { cause, retryAfterMs, isOutage })
    }
  }

  const sdkCall = <T>(answer: z.ZodType<T>, call: SdkCall, use = access.use) =>
    attempts(async ({ sdk }, signal) => checked(answer, (await call(sdk, { signal })).result), use)

  return {
    read: (answer, call) => sdkCall(answer, call),
    readAtOnce: (answer, call) => sdkCall(answer, call, access.useAtOnce),
    write: (answer, call) =>
      turn(() => sdkCall(answer, call)).finally(() => {
        writesEnded += 1
      }),
    download: (path) =>
      attempts((session, signal) => limitHead(signal, (head) => download(fetch, session, path, head))),
    downloadAtMost: (path, limit) =>
      attempts(async (session, signal) => {
        const { file, body } = await download(fetch, session, path, signal)
        if (file.size > limit) {
          await body.cancel().catch(() => undefined)
          return 'too_large'
        }
        const bytes = await bytesAtMost(body, limit).catch(unlessTooLarge)
        return bytes === 'too_large' ? bytes : { bytes, revision: file.rev }
      }),
    thumbnail: (argument, limit) =>
      attempts(async (session, signal) => {
        const route = 'files/get_thumbnail_v2'
        const { result, body } = await fetchContent(fetch, session, route, argument, previewSchema, signal)
        const bytes = await bytesAtMost(body, limit).catch(unlessTooLarge)
        if (bytes === 'too_large') throw new PublisherError('storage_unavailable', tooLarge)
        return { bytes, contentHash: result.file_metadata?.content_hash }
      }),
    writesEnded: () => writesEnded,
  }
}

async function download(
  fetch: DropboxFetch,
  session: Session,
  path: string,
  signal: AbortSignal,
): Promise<DropboxDownload> {
  const answer = await fetchContent(fetch, session, 'files/download', { path }, fileSchema, signal)
  return { file: answer.result, body: answer.body }
}

/** Fetches bytes. `result`: schema of the metadata that the route sends with the bytes. */
async function fetchContent<T>(
  fetch: DropboxFetch,
  session: Session,
  route: ContentRoute,
  argument: unknown,
  result: z.ZodType<T>,
  signal: AbortSignal,
): Promise<{ result: T; body: ReadableStream<Uint8Array> }> {
  const response = await fetch(contentUrl(route), {
    method: 'POST',
    headers: { ...session.headers(), 'Dropbox-API-Arg': apiArg(argument) },
    signal,
  })
  if (response.status !== 200) {
    const body = jsonOrText(await textAtMost(response, maxAnswerBytes))
    throw new DropboxResponseError(response.status, response.headers, body)
  }
  const said = result.safeParse(jsonOrText(response.headers.get('dropbox-api-result') ?? ''))
  if (said.success) return { result: said.data, body: response.body ?? new Blob([]).stream() }
  await response.body?.cancel()
  throw new UnsettledError(silent, { cause: new Error('the answer has no usable dropbox-api-result') })
}

function unlessTooLarge(error: unknown): 'too_large' {
  if (error instanceof BodyTooLarge) return 'too_large'
  throw error
}

function checked<T>(schema: z.ZodType<T>, result: unknown): T {
  const parsed = schema.safeParse(result)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')
  throw new UnsettledError(silent, { cause: new Error(`the answer has an unexpected shape: ${fields}`) })
}

function meaningOf(error: unknown, context: Parameters<typeof failureOf>[1]): Error {
  if (error instanceof DropboxResponseError) {
    return failureOf({ status: error.status, headers: error.headers, body: error.error }, context)
  }
  const known =
    isPublisherError(error) || error instanceof RetryableError || error instanceof AccessTokenRejected
  if (known) return error
  return new UnsettledError(silent, { cause: new Error(context.redact(failureText(error))) })
}
