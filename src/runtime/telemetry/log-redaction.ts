/** The second net under the log: bounds a line and takes out what looks like a secret, in time linear to the line. */

/** A line is cut where it has more. Characters. */
const maxLine = 16_384
/** Longest text in a line that is cut. Characters. */
const maxText = 300
/** Longest list in a line that is cut. Items. */
const maxItems = 20

export type LogLine = Readonly<Record<string, unknown>>

/** The line as JSON, bounded and without what looks like a secret. */
export function formatLine(line: LogLine): string {
  return redact(boundedJson(line))
}

/** Texts that clients and vendors write are cut where they are logged; this catches those that were forgotten. */
function boundedJson(line: LogLine): string {
  const json = JSON.stringify(line)
  if (json.length <= maxLine) return json
  const cut = JSON.stringify({ ...line, cut: true }, (_, value: unknown) => {
    if (typeof value === 'string') return cutText(value, maxText)
    return Array.isArray(value) ? value.slice(0, maxItems) : value
  })
  if (cut.length <= maxLine) return cut
  const { time, level, msg, request_id, tenant } = line
  return JSON.stringify({ time, level, msg, request_id, tenant, cut: true })
}

/** The text itself, or its beginning with an ellipsis. */
export function cutText(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`
}

const mark = '[redacted]'

const secretPatterns: readonly RegExp[] = [
  /\b(Bearer|Basic)\s+[^\s"\\,;]+/gi,
  /\bbot\d{5,}:[\w-]{20,}/g,
  /\b(sk|xox[a-z]|ghp)[-_][\w-]{16,}/g,
  /\b(AWSAccessKeyId|X-Amz-(Credential|Signature|Security-Token)|access_token|refresh_token|client_secret|signature|code|state)=[^\s"\\&]+/gi,
  /(?<=https?:\/\/)[^\s"\\/@]+@/g,
]
const worthLooking = /bearer|basic|eyJ|bot\d|sk[-_]|xox|ghp_|=|@/i
/** Run of the characters that a JSON Web Token consists of; each is looked at once. */
const tokenRun = /[\w.-]{13,}/g

function redact(line: string): string {
  if (!worthLooking.test(line)) return line
  const withoutTokens = line.replace(tokenRun, withoutToken)
  return secretPatterns.reduce((text, pattern) => text.replace(pattern, mark), withoutTokens)
}

const tokenStart = /\beyJ[\w-]{5}/
const minPayload = 5

/** The run up to where a JSON Web Token (RFC 7519, section 3) begins: a header of JSON, a dot, a payload. */
function withoutToken(run: string): string {
  if (!run.includes('eyJ')) return run
  const parts = run.split('.')
  let before = 0
  for (const [index, part] of parts.entries()) {
    const start = part.search(tokenStart)
    if (start >= 0 && (parts[index + 1]?.length ?? 0) >= minPayload)
      return run.slice(0, before + start) + mark
    before += part.length + 1
  }
  return run
}
