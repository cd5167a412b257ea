/** Tells apart what was surely not posted from what may have been. */
import { PublisherError } from '../../../base/errors.ts'

/** Codes of Node's sockets, resolver and TLS that stand for a connection which never carried a request. */
const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_HAS_EXPIRED)$/

export function unavailable(cause: unknown): PublisherError {
  const message = 'Telegram cannot be reached at the moment. Nothing was sent; try again later.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

export function outcomeUnknown(cause: unknown): PublisherError {
  const message =
    'Telegram did not confirm the photo. It may be in the channel or not: look there before you publish it again.'
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

export function refused(reason: string): PublisherError {
  return new PublisherError('publish_refused', `Telegram does not take the photo: ${reason}`)
}

export function tokenRejected(cause: unknown): PublisherError {
  const message = "Telegram rejects the bot token. Put a valid one into this site's configuration."
  return new PublisherError('credentials_rejected', message, { cause })
}

export function tooMany(retryAfterMs: number | undefined, cause: unknown): PublisherError {
  const wait = retryAfterMs === undefined ? 'a while' : `${Math.ceil(retryAfterMs / 1000)} seconds`
  const message = `Telegram asks for a pause of ${wait}. Nothing was sent; try again then.`
  return new PublisherError('rate_limited', message, { cause, retryAfterMs })
}

/** What a failed `fetch` means. `token` is taken out of the cause, since errors may quote the URL. */
export function fetchFailure(error: unknown, token: string): PublisherError {
  const codes = errorCodes(error)
  const text = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(
    0,
    longestText,
  )
  const cause = new Error([text, ...codes].join(' ').replaceAll(token, '[redacted]'))
  const surelyBefore = codes.length > 0 && codes.every((code) => neverConnected.test(code))
  return surelyBefore ? unavailable(cause) : outcomeUnknown(cause)
}

/** `fetch` puts what its socket ran into below its own error; with several addresses there are several. */
function errorCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  if (error instanceof AggregateError) return error.errors.flatMap(errorCodes)
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...own, ...errorCodes(error.cause)]
}

const longestReason = 200
/** As much of a vendor's text as is looked at; a token that is cut in two stands far behind the reason's end. Characters. */
const longestText = 2000

/** A vendor's sentence for people: one line of bounded length, without the token. */
export function reasonOf(description: string, token: string): string {
  const line = description
    .slice(0, longestText)
    .replaceAll(token, '[redacted]')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  const bounded = line.length > longestReason ? `${line.slice(0, longestReason).toWellFormed()}…` : line
  return bounded || 'it gives no reason.'
}
