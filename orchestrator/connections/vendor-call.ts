/** Calls of vendors that connect accounts: bounded in time and size, without redirects, and with refusals that hold no secret. */
import { textAtMost } from '../../src/base/bounded-body.ts'
import type { Fetch } from '../../src/base/endpoint-guard.ts'
import { isPublisherError } from '../../src/base/errors.ts'
import { parseJson } from '../../src/base/json.ts'
import { Secret } from '../../src/base/secret.ts'
import { safeLine } from '../../src/base/vendor-text.ts'
import { VendorRefused } from './vendor.ts'

export interface VendorAnswer {
  status: number
  /** Parsed body. `undefined` if the body is not JSON. */
  body: unknown
}

const timeoutMs = 10_000
const maxAnswerBytes = 2 ** 20

/**
 * Makes a call once, and returns any answer below 500. Follows no redirect. Throws {@link VendorRefused}: `bad_address` for a server that is not
 * public or does not exist, `rate_limited` after 429, and `unavailable` without an answer.
 */
export async function callVendor(
  fetch: Fetch,
  vendor: string,
  url: URL,
  init: RequestInit = {},
): Promise<VendorAnswer> {
  const { status, text } = await send(fetch, vendor, url, init)
  if (status === 429)
    throw new VendorRefused('rate_limited', `${vendor} asks to try again later.`, String(status))
  if (status >= 500 || status === 408)
    throw new VendorRefused('unavailable', `${vendor} has a problem at the moment.`, String(status))
  return { status, body: parseJson(text) }
}

async function send(fetch: Fetch, vendor: string, url: URL, init: RequestInit) {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { ...init, redirect: 'manual', signal })
    return { status: response.status, text: await textAtMost(response, maxAnswerBytes) }
  } catch (error) {
    // The error of `fetch` may hold the URL, in which some vendors want secrets.
    if (isPublisherError(error, 'endpoint_refused'))
      throw new VendorRefused('bad_address', `${vendor} is not on the public internet.`)
    if (isUnknownName(error)) throw new VendorRefused('bad_address', `${vendor} does not exist.`)
    throw new VendorRefused('unavailable', `${vendor} does not answer.`)
  }
}

/** Recognises a name without an address, which `fetch` reports as a cause. */
function isUnknownName(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : {}
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOTFOUND'
}

/** Begin of a URL, an IP address, or a name with a port. */
const addresses = /\b[a-z][a-z+.-]*:\/\/\S+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\b[\w.-]+:\d{2,5}\b/gi
const longestText = 2000

/** Puts a vendor's words on one line of bounded length, without addresses and without these secrets. */
export function vendorWords(words: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret !== '').map((secret) => new Secret(secret))
  return safeLine(safeLine(words, known, longestText).replace(addresses, '[address]'))
}
