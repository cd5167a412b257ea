/** Errors of Telegram. They separate a photo that was surely not posted from a photo that may have been posted. */
import { PublisherError } from '../../../base/errors.ts'
import type { Secret } from '../../../base/secret.ts'
import { errorText, safeLine, waitInWords } from '../../../base/vendor-text.ts'

/** Codes of Node's sockets, resolver and TLS for a connection that never carried a request. */
const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_HAS_EXPIRED)$/

export function unavailable(cause: unknown): PublisherError {
  const message = 'Telegram cannot be reached at the moment. Nothing was sent; try again later.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

export function outcomeUnknown(cause: unknown): PublisherError {
  const message =
    "We don't know if Telegram received the photo. Check the channel before you publish it again."
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

export function refused(reason: string): PublisherError {
  return new PublisherError('publish_refused', `Telegram refuses the photo: ${reason}`)
}

export function tokenRejected(cause: unknown): PublisherError {
  const message = "Telegram rejects the bot token. Put a valid token into this site's configuration."
  return new PublisherError('credentials_rejected', message, { cause })
}

export function tooMany(retryAfterMs: number | undefined, cause: unknown): PublisherError {
  const message = `Telegram is limiting requests. Nothing was sent; try again in ${waitInWords(retryAfterMs)}.`
  return new PublisherError('rate_limited', message, { cause, retryAfterMs })
}

/** Returns the error for a failed `fetch`. Removes `token` from the cause, because errors may quote the URL. */
export function fetchFailure(error: unknown, token: Secret): PublisherError {
  const codes = errorCodes(error)
  const cause = new Error(safeLine([errorText(error), ...codes].join(' '), [token]))
  const surelyBefore = codes.length > 0 && codes.every((code) => neverConnected.test(code))
  return surelyBefore ? unavailable(cause) : outcomeUnknown(cause)
}

/** Collects the codes along the chain of causes, where `fetch` puts the errors of its socket: one per address that it tried. */
function errorCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  if (error instanceof AggregateError) return error.errors.flatMap(errorCodes)
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...own, ...errorCodes(error.cause)]
}

/** Returns a vendor's words on one line, without the token. */
export function reasonOf(description: string, token: Secret): string {
  return safeLine(description, [token]) || 'no reason given.'
}
