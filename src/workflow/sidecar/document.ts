/**
 * A sidecar as lines: the Stable Diffusion caption, an empty line, `# ---`, then `# key: value` lines. Other programs write into
 * these files too, so a change touches only the lines of its own keys.
 */
import { readList, readMapping, readText, readValue, type SidecarValue, writeValue } from './value.ts'

/** The lines of the file, each with its line end. */
export interface SidecarDocument {
  readonly lines: readonly string[]
}

/** A key with its value as written. Its lines are `from` (inclusive) to `to` (exclusive). */
interface Entry {
  key: string
  written: string
  from: number
  to: number
}

const lineStart = /(?<=\n|\r(?!\n))/
/** Line end. Occurs only at the end of a line, because {@link lineStart} splits after each. */
const lineEnd = /\r?\n$|\r$/
const whiteSpace = /[\s\p{Cc}]+/gu

/** Parses a text. Never throws, because any text is a sidecar. */
export function parseSidecar(text: string): SidecarDocument {
  return { lines: text.split(lineStart) }
}

/** Returns exactly the text that was parsed. */
export function formatSidecar({ lines }: SidecarDocument): string {
  return lines.join('')
}

/** Returns the Stable Diffusion caption: the first line, as training tools read it. `null` if that line is blank. */
export function sdCaptionOf({ lines }: SidecarDocument): string | null {
  const text = separatorAt(lines) === 0 ? '' : (lines[0] ?? '').trim()
  return text === '' ? null : text
}

/** Returns the value of a key as text, even if it looks like another type. `null` if the value is missing or blank. */
export function textOf(document: SidecarDocument, key: string): string | null {
  const text = readText(writtenOf(document, key) ?? '')
  return text.trim() === '' ? null : text
}

/** Checks if a line has the key, even with a blank value. */
export function hasKey(document: SidecarDocument, key: string): boolean {
  return writtenOf(document, key) !== undefined
}

/** Returns the value of a key as a list. Any other text becomes a list with that text. */
export function listOf(document: SidecarDocument, key: string): readonly string[] {
  const list = readList(writtenOf(document, key) ?? '')
  if (list) return list
  const text = textOf(document, key)
  return text === null ? [] : [text]
}

/** Returns the value of a key as texts by name, or `null` for any other value. */
export function mappingOf(document: SidecarDocument, key: string): Readonly<Record<string, string>> | null {
  return readMapping(writtenOf(document, key) ?? '')
}

/** Returns all metadata. Special names of JavaScript such as `__proto__` are ordinary keys. */
export function metadataOf({ lines }: SidecarDocument): Record<string, SidecarValue> {
  return Object.fromEntries(entriesOf(lines).map(({ key, written }) => [key, readValue(written)]))
}

/**
 * Returns the document with these values: `null` removes a key, `undefined` keeps it. New keys go to the end of the metadata.
 * Throws a `TypeError` for a key that is not a plain word, since keys never come from outside.
 */
export function withValues(
  { lines }: SidecarDocument,
  values: Readonly<Record<string, SidecarValue | null | undefined>>,
): SidecarDocument {
  let changed = lines
  for (const [key, value] of Object.entries(values)) {
    if (value === null) changed = without(changed, key)
    else if (value !== undefined) changed = withValue(changed, key, value)
  }
  return { lines: changed }
}

/** Returns the document with this first line. V2 reads only one line, so white space and line breaks become single spaces. */
export function withSdCaption(document: SidecarDocument, text: string): SidecarDocument {
  const lines = withSeparator(document.lines)
  const end = newLine(lines)
  const first = text.toWellFormed().replace(whiteSpace, ' ').trim() + end
  return { lines: separatorAt(lines) === 0 ? [first, end, ...lines] : [first, ...lines.slice(1)] }
}

function withValue(lines: readonly string[], key: string, value: SidecarValue): readonly string[] {
  if (!/^\w+$/.test(key)) throw new TypeError('A key of a sidecar is a plain word.')
  const line = `# ${key}: ${writeValue(value)}`
  const entries = entriesOf(lines)
  const counting = entries.findLast((entry) => entry.key === key)
  if (counting) {
    const end = lineEnd.exec(lines[counting.to - 1] ?? '')?.[0] ?? ''
    return lines.toSpliced(counting.from, counting.to - counting.from, line + end)
  }
  const ready = withSeparator(lines)
  const place = entries.at(-1)?.to ?? separatorAt(ready) + 1
  return [...terminated(ready.slice(0, place)), line + newLine(lines), ...ready.slice(place)]
}

function without(lines: readonly string[], key: string): readonly string[] {
  const entries = entriesOf(lines).filter((entry) => entry.key === key)
  const gone = new Set(
    entries.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, offset) => from + offset)),
  )
  return lines.filter((_, index) => !gone.has(index))
}

/** Returns the value on the last line of a key. V2 uses the last line too. */
function writtenOf({ lines }: SidecarDocument, key: string): string | undefined {
  return entriesOf(lines).findLast((entry) => entry.key === key)?.written
}

function entriesOf(lines: readonly string[]): Entry[] {
  const start = separatorAt(lines) + 1
  if (start === 0) return []
  const entries = lines.slice(start).flatMap((line, index) => {
    const read = readEntry(line)
    return read ? [{ ...read, from: start + index, to: start + index + 1 }] : []
  })
  return entries.map((entry, index) => withFurtherLines(lines, entry, entries[index + 1]))
}

/** Parses a metadata line as V2 does: `# `, a key, `: `, a value. Any other line belongs to another program. */
function readEntry(line: string): { key: string; written: string } | null {
  const text = line.trim()
  const colon = text.indexOf(': ')
  const key = text.slice(2, Math.max(colon, 2)).trim()
  return text.startsWith('# ') && key !== '' ? { key, written: text.slice(colon + 2).trim() } : null
}

/**
 * Adds the remaining lines of a multi-line caption. Older versions of V2 wrote all lines, but read back only the first line. The
 * other lines are between the caption and the mark that V2 writes after the caption.
 */
function withFurtherLines(lines: readonly string[], entry: Entry, next: Entry | undefined): Entry {
  if (entry.key !== 'caption' || !next || !/^caption_(?:edited|submitted)$/.test(next.key)) return entry
  const further = lines.slice(entry.to, next.from).map((line) => line.replace(lineEnd, ''))
  if (further.every((line) => line.trim() === '') || further.some((line) => line.startsWith('# ')))
    return entry
  return { ...entry, written: [entry.written, ...further].join('\n').trim(), to: next.from }
}

/** Returns the index of the line above the metadata, or -1. V2 looks for this line below the first line. */
function separatorAt(lines: readonly string[]): number {
  const below = lines.findIndex((line, index) => index > 0 && isSeparator(line))
  return below < 0 && isSeparator(lines[0] ?? '') ? 0 : below
}

function isSeparator(line: string): boolean {
  return line.trim().startsWith('# ---')
}

function withSeparator(lines: readonly string[]): readonly string[] {
  if (separatorAt(lines) >= 0) return lines
  const end = newLine(lines)
  const hasEmptyLine = lines.length > 1 && lines.at(-1)?.trim() === ''
  return [...terminated(lines), ...(hasEmptyLine ? [] : [end]), `# ---${end}`]
}

/** Returns the lines with a line end after the last, so that lines can be appended. */
function terminated(lines: readonly string[]): readonly string[] {
  const last = lines.at(-1) ?? ''
  return lineEnd.test(last) ? lines : [...lines.slice(0, -1), last + newLine(lines)]
}

/** Returns the line end that the file uses. */
function newLine([first = '']: readonly string[]): string {
  return lineEnd.exec(first)?.[0] ?? '\n'
}
