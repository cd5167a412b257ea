/**
 * V2's sidecar format: the text file beside a photo. Line 1 is the Stable Diffusion caption, then an empty line, `# ---`, and
 * `# key: value` lines. Tenants own thousands of them, so nothing that others wrote is lost.
 */

/** A sidecar as its lines. Whatever the text was, {@link formatSidecar} gives it back unchanged. */
export interface SidecarDocument {
  readonly lines: readonly string[]
  readonly lineEnd: '\n' | '\r\n'
}

export type SidecarValue = string | readonly string[]

const metadataLine = /^#[ \t]*([A-Za-z_][\w.-]*)[ \t]*:[ \t]?(.*)$/
const separator = /^#[ \t]*-{3,}[ \t]*$/

/** Never throws: any text is a sidecar. */
export function parseSidecar(text: string): SidecarDocument {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  return { lines: text.split(lineEnd), lineEnd }
}

/** The text again, to the letter. */
export function formatSidecar({ lines, lineEnd }: SidecarDocument): string {
  return lines.join(lineEnd)
}

/** The Stable Diffusion caption: what stands before the metadata. `null` where that is empty. */
export function sdCaptionOf({ lines }: SidecarDocument): string | null {
  const text = lines
    .slice(0, metadataStart(lines))
    .join('\n')
    .replace(/^\ufeff/, '')
    .trim()
  return text === '' ? null : text
}

/** One metadata value. The last line of a key counts, as in V2. */
export function valueOf({ lines }: SidecarDocument, key: string): SidecarValue | undefined {
  for (const line of lines.slice(metadataStart(lines)).toReversed()) {
    const match = metadataLine.exec(line)
    if (match?.[1] === key) return decode(match[2] ?? '')
  }
  return undefined
}

/** All metadata, for the API. A key that JavaScript gives a meaning to (`__proto__`) is a key like any other. */
export function metadataOf({ lines }: SidecarDocument): Record<string, SidecarValue> {
  return Object.fromEntries(
    lines.slice(metadataStart(lines)).flatMap((line) => {
      const match = metadataLine.exec(line)
      return match?.[1] === undefined ? [] : [[match[1], decode(match[2] ?? '')]]
    }),
  )
}

/** The caption: the one that a person may have edited, else the generated one, else V2's first line. */
export function captionOf(document: SidecarDocument): string | null {
  for (const key of ['caption', 'caption_generated']) {
    const value = valueOf(document, key)
    if (typeof value === 'string' && value.trim() !== '') return value
  }
  return sdCaptionOf(document)
}

/** Index of the first line of metadata. A caption may hold lines that begin with `#`, so the separator decides where there is one. */
function metadataStart(lines: readonly string[]): number {
  const divided = lines.findIndex((line) => separator.test(line))
  if (divided >= 0) return divided
  const first = lines.findIndex((line) => metadataLine.test(line))
  return first < 0 ? lines.length : first
}

/** Lists stand as JSON, and so do texts that would not fit into one line. */
function decode(written: string): SidecarValue {
  const text = written.trim()
  if (!/^[["]/.test(text)) return text
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'string') return value
    if (Array.isArray(value)) return value.map(String)
  } catch {
    // A text of a person's that only looks like JSON.
  }
  return text
}
