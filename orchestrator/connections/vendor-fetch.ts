/** Calls to vendors: whole answers, bounded in time and size, without redirects. */

import { textAtMost } from '../../src/base/bounded-body.ts'
import type { Fetch } from '../../src/base/endpoint-guard.ts'
import { isPublisherError } from '../../src/base/errors.ts'
import { VendorRefused } from './vendor.ts'

const timeoutMs = 10_000
const maxAnswerBytes = 2 ** 20
/** Words for an address that a tenant may not name. */
export const notPublic = 'This address does not belong to a server on the public internet.'

export type VendorFetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

/**
 * Wraps a fetch for calls to one vendor, named in messages. Returns answers of any status, read whole. Throws {@link VendorRefused}:
 * `bad_address` for a server that a tenant may not name, `unavailable` without an answer within ten seconds.
 */
export function createVendorFetch(fetch: Fetch, name: string): VendorFetch {
  return async (url, init) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await fetch(url, { ...init, redirect: 'manual', signal })
      const text = await textAtMost(response, maxAnswerBytes)
      const { status, headers } = response
      const hasNoBody = status === 204 || status === 205 || status === 304
      return new Response(hasNoBody ? null : text, { status, headers: ofText(headers) })
    } catch (error) {
      if (error instanceof VendorRefused) throw error
      if (isPublisherError(error, 'endpoint_refused')) throw new VendorRefused('bad_address', notPublic)
      // Drops the error: the error of a socket names addresses.
      throw new VendorRefused('unavailable', `${name} did not answer.`)
    }
  }
}

/** Returns the headers without those that described the encoded body. */
function ofText(headers: Headers): Headers {
  const left = new Headers(headers)
  left.delete('content-encoding')
  left.delete('content-length')
  return left
}
