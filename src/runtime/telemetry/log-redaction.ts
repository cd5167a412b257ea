/** Second line of defence of the log: bounds a line and redacts apparent secrets, in time linear to its length. */

/** Upper bound on a line in characters. Longer lines are cut. */
const maxLineLength = 16_384
/** Upper bound on the fields of a line that is not cut. Leaves room for its time, level and message. */
const maxMembersLength = maxLineLength - 384
/** Length of each text in a line that is cut. */
const maxTextLength = 300
/** Length of each list in a line that is cut. */
const maxItems = 20

export type LogLine = Readonly<Record<string, unknown>>

/** Fields that begin each line. Constants of the program's own code, so they need no redaction. */
export interface LineStart {
  time: string
  level: string
  msg: string
}

/**
 * Returns the line as JSON, bounded and with apparent secrets redacted. A field replaces an earlier field of the same name: first `start`,
 * then `bound`, then `fields`. No pattern of a secret spans two values, so each value is redacted alone.
 */
export function formatLine(start: LineStart, bound: LogLine, fields: LogLine): string {
  const members = isRepeating(start, bound, fields) ? null : membersOf(bound, fields)
  if (members === null) return formatWhole({ ...start, ...bound, ...fields })
  return `{"time":"${start.time}","level":"${start.level}","msg":${quoted(start.msg)}${members}}`
}

/** Checks if two of the three define the same field. */
function isRepeating(start: LineStart, bound: LogLine, fields: LogLine): boolean {
  for (const name in bound) if (name in start || name in fields) return true
  return 'time' in fields || 'level' in fields || 'msg' in fields
}

/**
 * Returns the fields as members of a JSON object, each behind a comma. Skips what JSON cannot express, as JSON.stringify does. Returns
 * `null` if they are too long for a line, before it looks for secrets in the long text.
 */
function membersOf(...parts: readonly LogLine[]): string | null {
  let members = ''
  for (const fields of parts) {
    for (const name in fields) {
      const text = textOf(fields[name])
      if (text === undefined) continue
      if (members.length + name.length + text.length > maxMembersLength) return null
      members += `,${nameOf(name)}:${typeof fields[name] === 'number' ? text : redact(text)}`
    }
  }
  return members
}

/** Name without a secret: each pattern of a secret needs other characters, or more of them. */
const plainName = /^[a-z_]{1,18}$/

function nameOf(name: string): string {
  return plainName.test(name) ? `"${name}"` : redact(quoted(name))
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length > maxMembersLength ? value : quoted(value)
  return typeof value === 'number' && Number.isInteger(value) ? String(value) : JSON.stringify(value)
}

/** Text that JSON quotes unchanged. */
const plainText = /^[\w./: -]*$/

function quoted(text: string): string {
  return plainText.test(text) ? `"${text}"` : JSON.stringify(text)
}

function formatWhole(line: LogLine): string {
  return redact(boundedJson(line))
}

/** Bounds the whole line. Callers cut texts of clients and vendors where they log them; this catches forgotten cases. */
function boundedJson(line: LogLine): string {
  const json = JSON.stringify(line)
  if (json.length <= maxLineLength) return json
  const cut = JSON.stringify({ ...line, cut: true }, (_, value: unknown) => {
    if (typeof value === 'string') return cutText(value, maxTextLength)
    return Array.isArray(value) ? value.slice(0, maxItems) : value
  })
  if (cut.length <= maxLineLength) return cut
  const { time, level, msg, request_id, tenant } = line
  return JSON.stringify({ time, level, msg, request_id, tenant, cut: true })
}

/** Returns the text itself, or its beginning with an ellipsis. */
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
/** Run of characters that can form a JSON Web Token. Each run is examined once. */
const tokenRun = /[\w.-]{13,}/g

function redact(line: string): string {
  if (!worthLooking.test(line)) return line
  const withoutTokens = line.replace(tokenRun, withoutToken)
  return secretPatterns.reduce((text, pattern) => text.replace(pattern, mark), withoutTokens)
}

const tokenStart = /\beyJ[\w-]{5}/
const minPayload = 5

/** Cuts the run where a JSON Web Token begins: a JSON header, a dot, a payload (RFC 7519, section 3). */
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
