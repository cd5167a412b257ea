/** Calls servers of Bluesky and turns their failures into refusals (atproto.com, "HTTP API (XRPC)"). */
import { z } from 'zod'
import { textAtMost } from '../../../../src/base/bounded-body.ts'
import type { Fetch } from '../../../../src/base/endpoint-guard.ts'
import { isPublisherError } from '../../../../src/base/errors.ts'
import { parseJson } from '../../../../src/base/json.ts'
import { VendorRefused } from '../../vendor.ts'
import { vendorCode, vendorWords } from '../../vendor-words.ts'

/** Upper bound on an answer. Real answers have a few kilobytes. */
export const maxAnswerBytes = 2 ** 18
export const callMs = 10_000

export interface Answer {
  status: number
  /** Parsed JSON; `undefined` for any other body. */
  body: unknown
  /** Name of the error, such as `ExpiredToken`; empty if the server gave none. */
  error: string
  /** Words of the error for people. */
  words: string
}

const errorSchema = z.object({ error: z.string().max(100), message: z.string().catch('') })

/**
 * Sends one request and follows no redirect. Throws `rate_limited` for 429, `unavailable` for a missing answer or 5xx, and `bad_address`
 * for a server that is not public. Returns any other answer.
 */
export async function callServer(
  fetch: Fetch,
  url: string,
  init: RequestInit = {},
  secrets: readonly string[] = [],
): Promise<Answer> {
  const { status, body } = await exchange(fetch, url, init)
  const { error = '', message = '' } = errorSchema.safeParse(body).data ?? {}
  const words = vendorWords(message, secrets) || `Bluesky answered ${status}.`
  const answer = { status, body, error: vendorCode(error, secrets), words }
  if (status === 429) throw new VendorRefused('rate_limited', answer.words, answer.error)
  if (status >= 500) throw new VendorRefused('unavailable', answer.words, answer.error)
  return answer
}

async function exchange(fetch: Fetch, url: string, init: RequestInit) {
  try {
    const signal = AbortSignal.timeout(callMs)
    const response = await fetch(url, { ...init, redirect: 'manual', signal })
    return { status: response.status, body: parseJson(await textAtMost(response, maxAnswerBytes)) }
  } catch (error) {
    throw refusalOf(error)
  }
}

/** Returns the refusal for a request without a usable answer. Its words hold nothing of the error, which may name addresses. */
export function refusalOf(error: unknown): VendorRefused {
  if (error instanceof VendorRefused) return error
  if (isPublisherError(error, 'endpoint_refused'))
    return new VendorRefused('bad_address', 'The server is not on the public internet.')
  return new VendorRefused('unavailable', 'The server did not answer.')
}
