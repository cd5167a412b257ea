/**
 * Format of one value in its line. Texts are written unchanged, and lists and mappings as JSON. A text that would not survive the
 * round trip becomes `!json "..."`, V2's own mark for JSON.
 */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { pythonToJson } from './python.ts'

export type SidecarValue = string | readonly string[] | Readonly<Record<string, string>>

const mark = '!json '
const looksEncoded = /^(?:[[{]|!json )/
/** Characters at which V2 ends a line: some control characters, and Unicode's line and paragraph separators. */
const unsafe = /[\p{Cc}\u2028\u2029]/u
const leftByJson = /[\u007f-\u009f\u2028\u2029]/g

const text = z.string()
const list = z.array(text)
const mapping = z.record(text, text)

/** Writes a value as one line without line breaks of any kind. A lone surrogate, which no file can hold, becomes U+FFFD. */
export function writeValue(value: SidecarValue): string {
  if (typeof value === 'string') return isPlain(value) ? value : mark + quote(value)
  if (isList(value)) return `[${value.map(quote).join(', ')}]`
  const members = Object.entries(value).map(([name, member]) => `${quote(name)}: ${quote(member)}`)
  return `{${members.join(', ')}}`
}

/** Reads a value, and infers its type from its form. JSON of any other shape stays plain text. */
export function readValue(written: string): SidecarValue {
  return readList(written) ?? readJsonMapping(written) ?? readText(written)
}

export function readText(written: string): string {
  return (written.startsWith(mark) ? parse(written.slice(mark.length), text) : null) ?? written
}

export function readList(written: string): string[] | null {
  return isEnclosed(written, '[', ']') ? parse(written, list) : null
}

/** Also reads the Python dictionaries that older versions of V2 left in its files. */
export function readMapping(written: string): Record<string, string> | null {
  if (!isEnclosed(written, '{', '}')) return null
  return readJsonMapping(written) ?? parse(pythonToJson(written), mapping)
}

function readJsonMapping(written: string): Record<string, string> | null {
  return isEnclosed(written, '{', '}') ? parse(written, mapping) : null
}

/** Checks two characters first: a failing `JSON.parse` costs more than a hundred of these checks. */
function isEnclosed(written: string, first: string, last: string): boolean {
  return written.startsWith(first) && written.endsWith(last)
}

/** Checks if a reader gets the same text back from the bare line. */
function isPlain(value: string): boolean {
  return (
    value !== '' &&
    value === value.trim() &&
    value.isWellFormed() &&
    !unsafe.test(value) &&
    !looksEncoded.test(value)
  )
}

function isList(value: readonly string[] | Readonly<Record<string, string>>): value is readonly string[] {
  return Array.isArray(value)
}

function quote(value: string): string {
  return JSON.stringify(value.toWellFormed()).replace(
    leftByJson,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function parse<T>(json: string, schema: z.ZodType<T>): T | null {
  // `parseJson` returns undefined for a text that only looks like JSON.
  return schema.safeParse(parseJson(json)).data ?? null
}
