/** What an SMTP failure means for the message: surely not sent, or perhaps. */
import { isPublisherError, PublisherError } from '../../../base/errors.ts'

/** The fields that nodemailer adds to its errors (NodemailerError). */
interface SmtpError extends Error {
  code?: unknown
  /** What Node's socket said, where `code` is nodemailer's. */
  originalCode?: unknown
  response?: unknown
  responseCode?: unknown
}

/** Codes of Node and OpenSSL for a server that cannot prove who it is, or does not speak TLS. */
const untrusted = /^ERR_(TLS|SSL)_|CERT|^UNABLE_TO_|^EPROTO$/

/** Run of characters that may hold an address; each is looked at once. */
const word = /[^\s<>"']+/g
/** Longer words are no sentence, and may be an address that was cut off. Characters. */
const longestWord = 320
const longestReason = 200
/** As much of a server's text as is looked at. Characters. */
const longestText = 2000

/**
 * Text of a server on one line of bounded length, without mail addresses: an upload address lets its holder post to its
 * owner's profile, and servers like to repeat it. Cuts first, so that a long text costs no more than a short one.
 */
export function withoutAddresses(text: string): string {
  const beginning = text.slice(0, longestText)
  const line = beginning
    .replace(word, (found, at: number) => {
      const isCutOff = text.length > longestText && at + found.length === longestText
      return isCutOff || found.length > longestWord || found.includes('@') ? '[address]' : found
    })
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return line.length > longestReason ? `${line.slice(0, longestReason).toWellFormed()}…` : line
}

function unavailable(cause: Error): PublisherError {
  const message = 'The mail server cannot be reached at the moment. Nothing was sent; try again later.'
  return new PublisherError('publish_unavailable', message, { cause, isOutage: true })
}

/** A server that was reached and does not let this client in now, or ever. */
function turnedAway(response: string, responseCode: number | undefined, cause: Error): PublisherError {
  const message = isTransient(responseCode)
    ? `The mail server has a passing problem: ${response} Nothing was sent; try again later.`
    : `The mail server turns this server away: ${response} Nothing was sent.`
  return new PublisherError('publish_unavailable', message, { cause, isOutage: isTransient(responseCode) })
}

/**
 * The error for a failure until a connection is open, secured and signed in. A reply of 4yz is a passing problem at any of these steps,
 * also 454 to STARTTLS (RFC 3207, section 4) and to AUTH (RFC 4954, section 6): neither encryption nor password is wrong then.
 */
export function connectFailure(error: unknown): PublisherError {
  if (isPublisherError(error)) return error
  const { code, originalCode, response, responseCode, cause } = parts(error)
  if (isTransient(responseCode)) return turnedAway(response, responseCode, cause)
  if (code === 'EAUTH') {
    const message =
      "The mail server rejects the sign-in. Put a valid user name and password into this site's configuration."
    return new PublisherError('credentials_rejected', message, { cause })
  }
  const isUntrusted = code === 'ETLS' || untrusted.test(originalCode)
  if (!isUntrusted && isPermanent(responseCode)) return turnedAway(response, responseCode, cause)
  if (!isUntrusted) return unavailable(cause)
  const message = 'The mail server offers no encrypted connection that can be trusted. Nothing was sent.'
  return new PublisherError('publish_unavailable', message, { cause })
}

/** For what goes wrong while a message is sent. `begun`: the first bytes of its content have gone out. */
export function sendFailure(error: unknown, begun: boolean): PublisherError {
  const { code, response, responseCode, cause } = parts(error)
  const isReply = code === 'EENVELOPE' || code === 'EMESSAGE'
  // The server announced its limit (RFC 1870), and nodemailer did not even ask.
  const isTooLarge = code === 'EMESSAGE' && !begun && responseCode === undefined
  if (isTooLarge || (isReply && isPermanent(responseCode))) {
    const reason = isTooLarge ? 'it is larger than the server accepts.' : response
    return new PublisherError('publish_refused', `The mail server does not take the photo: ${reason}`, {
      cause,
    })
  }
  if (isReply && isTransient(responseCode)) {
    const message = `The mail server does not take the photo at the moment: ${response} Nothing was sent; try again later.`
    return new PublisherError('publish_unavailable', message, { cause })
  }
  if (!begun) return unavailable(cause)
  const message =
    'The mail server did not confirm the mail. It may be on its way or not: look for the photo before you publish it again.'
  return new PublisherError('publish_outcome_unknown', message, { cause, isOutage: true })
}

/** A reply of 4yz asks to try again later (RFC 5321, section 4.2.1). */
function isTransient(responseCode: number | undefined): boolean {
  return responseCode !== undefined && responseCode >= 400 && responseCode < 500
}

/** A reply of 5yz says no for good; anything else than these two, in their place, says nothing. */
function isPermanent(responseCode: number | undefined): boolean {
  return responseCode !== undefined && responseCode >= 500 && responseCode < 600
}

/** Codes of Node and OpenSSL are shorter. Characters. */
const longestCode = 100

/** nodemailer's errors carry addresses in several fields: only these parts go on. */
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
