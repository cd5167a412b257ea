/** Calls of vendors that answer with JSON. */
import { parseJson } from '../../src/base/json.ts'
import { VendorRefused } from './vendor.ts'
import type { VendorFetch } from './vendor-fetch.ts'

export interface VendorAnswer {
  status: number
  /** Parsed body. `undefined` if the body is not JSON. */
  body: unknown
}

/**
 * Makes a call once, and returns any answer below 500, redirects included. Throws {@link VendorRefused}: `rate_limited` after 429, and
 * `unavailable` without an answer.
 */
export async function callVendor(
  fetch: VendorFetch,
  vendor: string,
  url: URL,
  init: RequestInit = {},
): Promise<VendorAnswer> {
  const response = await fetch(url, init)
  const { status } = response
  if (status === 429)
    throw new VendorRefused('rate_limited', `${vendor} asks to try again later.`, String(status))
  if (status >= 500 || status === 408)
    throw new VendorRefused('unavailable', `${vendor} has a problem at the moment.`, String(status))
  return { status, body: parseJson(await response.text()) }
}
