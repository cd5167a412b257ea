/** Makes texts of vendors fit for logs and for people: on one line, of bounded length, without secrets. */
import type { Secret } from './secret.ts'

const longestLine = 200
/** Upper bound on the examined characters. A secret that is cut at this limit lies far beyond the end of the line. */
const longestText = 2000

/** Puts a text on one line of at most `longest` characters and an ellipsis, and replaces the secrets. */
export function safeLine(text: string, secrets: readonly Secret[] = [], longest = longestLine): string {
  const line = secrets
    .map((secret) => secret.reveal())
    .filter((value) => value !== '')
    .reduce((rest, value) => rest.replaceAll(value, '[redacted]'), text.slice(0, longestText))
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return line.length > longest ? `${line.slice(0, longest).toWellFormed()}…` : line
}

/** Names and explains an error and its cause, where `fetch` puts the error of its socket. May contain secrets. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { name, message, cause } = error
  return `${name}: ${message}${cause instanceof Error ? `, ${cause.name}: ${cause.message}` : ''}`
}

/** Returns the rest of a sentence such as "try again in 30 seconds". */
export function waitInWords(waitMs: number | undefined, unknown = 'a while'): string {
  if (waitMs === undefined) return unknown
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  if (seconds > 120) return `${Math.ceil(seconds / 60)} minutes`
  return seconds === 1 ? 'a second' : `${seconds} seconds`
}

/** Returns the text of a `fetch` error and its causes, without the objects attached to them. May contain secrets. */
export function failureText(error: unknown): string {
  const texts: string[] = []
  for (let at = error; at instanceof Error && texts.length < 4; at = at.cause) {
    texts.push(`${at.name}: ${at.message.slice(0, longestText)}`)
  }
  return texts.join('; ') || 'the request failed'
}

/** Creates the function that removes these secrets from a text for the log. */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret.reveal(), '[redacted]'), text)
}
