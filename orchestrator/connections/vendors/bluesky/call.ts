/** Calls servers of Bluesky and turns their failures into refusals (atproto.com, "HTTP API (XRPC)"). */
import { z } from 'zod'
import type { Fetch } from '../../../../src/base/endpoint-guard.ts'
import { parseJson } from '../../../../src/base/json.ts'
import { VendorRefused } from '../../vendor.ts'
import { createVendorFetch } from '../../vendor-fetch.ts'
import { vendorCode, vendorWords } from '../../vendor-words.ts'

/** Name of any server in messages. */
export const serverName = 'The server'

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
  const response = await createVendorFetch(fetch, serverName)(url, init)
  const { status } = response
  const body = parseJson(await response.text())
  const { error = '', message = '' } = errorSchema.safeParse(body).data ?? {}
  const words = vendorWords(message, secrets) || `Bluesky answered ${status}.`
  const answer = { status, body, error: vendorCode(error), words }
  if (status === 429) throw new VendorRefused('rate_limited', answer.words, answer.error)
  if (status >= 500) throw new VendorRefused('unavailable', answer.words, answer.error)
  return answer
}
