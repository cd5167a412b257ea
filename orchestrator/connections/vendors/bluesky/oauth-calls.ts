/** Calls of OAuth servers: bounded, guarded, repeated once for a nonce, with refusals for people. */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  customFetch,
  isDPoPNonceError,
  OperationProcessingError,
  ResponseBodyError,
} from 'oauth4webapi'
import { type RefusalReason, VendorRefused, type VendorTools } from '../../vendor.ts'
import { createVendorFetch } from '../../vendor-fetch.ts'
import { vendorCode, vendorWords } from '../../vendor-words.ts'
import { fetchFor } from './app-password.ts'
import { serverName } from './call.ts'
import type { BlueskyAddresses } from './identity.ts'

export interface OAuthTools extends VendorTools {
  addresses: BlueskyAddresses
}

/** Returns the options of one call and its repetition. 429, 5xx and a missing answer become refusals. */
export function callOptions(tools: OAuthTools) {
  return {
    [allowInsecureRequests]: tools.allowPrivate,
    [customFetch]: async (url: string, init: object) => {
      const fetch = fetchFor(tools, tools.addresses, new URL(url).origin)
      const response = await createVendorFetch(fetch, serverName)(url, init)
      const { status } = response
      if (status === 429) throw new VendorRefused('rate_limited', 'Bluesky limits the requests.')
      if (status >= 500) throw new VendorRefused('unavailable', `Bluesky answered ${status}.`)
      return response
    },
  }
}

/** Runs a call, and once more if the server asks for a nonce. The server has changed nothing then. */
export async function withNonce<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!isDPoPNonceError(error)) throw error
    return call()
  }
}

/** Returns the refusal for a failed call. `ended` is the reason for `invalid_grant`: a code or a session that is over. */
export function oauthRefusal(
  error: unknown,
  ended: RefusalReason,
  secrets: readonly string[] = [],
): VendorRefused {
  if (error instanceof AuthorizationResponseError) {
    // Anyone can write the query of a callback, so its words are not repeated.
    if (error.error === 'access_denied')
      return new VendorRefused('denied', 'The sign-in was cancelled.', error.error)
    return new VendorRefused('invalid', 'Bluesky did not allow the sign-in.')
  }
  if (error instanceof ResponseBodyError) {
    const words = vendorWords(error.error_description ?? '', secrets) || `Bluesky answered ${error.status}.`
    const reason = error.error === 'invalid_grant' ? ended : 'unavailable'
    return new VendorRefused(reason, words, vendorCode(error.error))
  }
  if (error instanceof OperationProcessingError)
    return new VendorRefused('unavailable', 'The server answered in an unexpected form.')
  if (error instanceof VendorRefused) return error
  return new VendorRefused('unavailable', `${serverName} did not answer.`)
}
