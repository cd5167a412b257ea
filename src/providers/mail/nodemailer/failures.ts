/** Distinguishes SMTP failures before sending from failures with an unknown outcome. */
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import { safeLine } from '../../../base/vendor-text.ts'

/** Fields that nodemailer adds to its errors (NodemailerError). */
interface SmtpError extends Error {
  code?: unknown
  /** Code of Node's socket error, if `code` is nodemailer's own code. */
  originalCode?: unknown
  response?: unknown
  responseCode?: unknown
}

/** Codes of Node and OpenSSL for a server without TLS or without a valid certificate. */
const untrusted = /^ERR_(TLS|SSL)_|CERT|^UNABLE_TO_|^EPROTO$/

/** Run of characters that may contain an address. The regular expression is linear. */
const word = /[^\s<>"']+/g
/** Upper bound on the characters of a word. A longer word may be an address that was cut off. */
const longestWord = 320
/** Upper bound on the examined characters of a server's text. */
const longestText = 2000

/**
 * Puts a server's text on one line of bounded length and removes mail addresses. Servers often repeat the upload address, and its holder
 * can post to the owner's profile. Cuts first, so that a long text costs no more than a short text.
 */
export function withoutAddresses(text: string): string {
  const beginning = text.slice(0, longestText)
  const withoutAny = beginning.replace(word, (found, at: number) => {
    const isCutOff = text.length > longestText && at + found.length === longestText
    return isCutOff || found.length > longestWord || found.includes('@') ? '[address]' : found
  })
  return safeLine(withoutAny)
}

function unavailable(cause: Error): PublisherError {
  const message = 'The mail server cannot be reached at the moment. Nothing was sent; try again later.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

function unreachableOrUntrusted(cause: Error): PublisherError {
  const message =
    'The mail server cannot be reached, or does not offer a trusted encrypted connection. Nothing was sent.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

/** Error for a server that was reached and refuses this client, for now or permanently. */
function turnedAway(response: string, responseCode: number | undefined, cause: Error): PublisherError {
  const message = isTransient(responseCode)
    ? `The mail server has a temporary problem: ${response} Nothing was sent; try again later.`
    : `The mail server refuses this server: ${response} Nothing was sent.`
  return new PublisherError('publish_unavailable', message, { cause, isOutage: isTransient(responseCode) })
}

/**
 * Returns the error for a failure before a connection is open, secured and signed in. A reply of 4yz is a temporary problem at
 * each of these steps. So is 454 to STARTTLS (RFC 3207, section 4) and to AUTH (RFC 4954, section 6), which says nothing about the
 * certificate or the password. `isSecuring`: the failure happened while TLS was set up.
 */
export function connectFailure(error: unknown, { isSecuring = false } = {}): PublisherError {
  if (isPublisherError(error)) return error
  const { code, originalCode, response, responseCode, cause } = parts(error)
  if (isTransient(responseCode)) return turnedAway(response, responseCode, cause)
  if (code === 'EAUTH') {
    const message =
      "The mail server rejects the sign-in. Put a valid user name and password into this site's configuration."
    return new PublisherError('credentials_rejected', message, { cause })
  }
  // Workers give no code for a failure of TLS. With TLS from the first byte, they give none for a missing server either.
  if (isSecuring && code === undefined) return unreachableOrUntrusted(cause)
  const isUnexplained = isSecuring && code === 'ESOCKET' && originalCode === ''
  const isUntrusted = code === 'ETLS' || isUnexplained || untrusted.test(originalCode || (code ?? ''))
  if (!isUntrusted && isPermanent(responseCode)) return turnedAway(response, responseCode, cause)
  if (!isUntrusted) return unavailable(cause)
  const message = 'The mail server does not offer a trusted encrypted connection. Nothing was sent.'
  return new PublisherError('publish_unavailable', message, { cause })
}

/** Returns the error for a failure while a message is sent. `begun`: the first bytes of the content were sent. */
export function sendFailure(error: unknown, begun: boolean): PublisherError {
  const { code, response, responseCode, cause } = parts(error)
  const isReply = code === 'EENVELOPE' || code === 'EMESSAGE'
  // The server announced its limit (RFC 1870), so nodemailer did not try to send.
  const isTooLarge = code === 'EMESSAGE' && !begun && responseCode === undefined
  if (isTooLarge || (isReply && isPermanent(responseCode))) {
    const reason = isTooLarge ? 'it is larger than the server accepts.' : response
    return new PublisherError('publish_refused', `The mail server refuses the photo: ${reason}`, {
      cause,
    })
  }
  if (isReply && isTransient(responseCode)) {
    const message = `The mail server cannot accept the photo right now: ${response} Nothing was sent; try again later.`
    return new PublisherError('publish_unavailable', message, { cause })
  }
  if (!begun) return unavailable(cause)
  const message =
    'The mail server did not confirm the mail. Check if the photo arrived before you publish it again.'
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

/** Recognises a 4yz reply, which asks to try again later (RFC 5321, section 4.2.1). */
function isTransient(responseCode: number | undefined): boolean {
  return responseCode !== undefined && responseCode >= 400 && responseCode < 500
}

/** Recognises a 5yz reply, a permanent refusal. Replies of other classes are out of place in a failure and prove nothing. */
function isPermanent(responseCode: number | undefined): boolean {
  return responseCode !== undefined && responseCode >= 500 && responseCode < 600
}

/** Upper bound on the characters of a code. Codes of Node and OpenSSL are shorter. */
const longestCode = 100

/** Picks the safe parts of an error. nodemailer's errors have addresses in several fields. */
function parts(thrown: unknown) {
  const error: SmtpError = thrown instanceof Error ? thrown : new Error(String(thrown))
  const code = typeof error.code === 'string' ? error.code.slice(0, longestCode) : undefined
  return {
    code,
    originalCode: typeof error.originalCode === 'string' ? error.originalCode.slice(0, longestCode) : '',
    response: typeof error.response === 'string' ? withoutAddresses(error.response) : '',
    responseCode: typeof error.responseCode === 'number' ? error.responseCode : undefined,
    cause: new Error(withoutAddresses(`${code ?? error.name}: ${error.message}`)),
  }
}
