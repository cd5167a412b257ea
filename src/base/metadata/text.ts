/** Cleans the texts of a photo's metadata. All work is linear in the text. */

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Returns the text on one line, trimmed and bounded, or `null` for a blank text. */
export function oneLine(text: string | null | undefined, maxLength: number): string | null {
  if (!text) return null
  return bounded(
    text
      .toWellFormed()
      .replace(/\s+/g, ' ')
      .replace(/\p{Cc}/gu, ''),
    maxLength,
  )
}

/** Returns the text with its line breaks as `\n`, trimmed and bounded, or `null` for a blank text. */
export function severalLines(text: string | null | undefined, maxLength: number): string | null {
  if (!text) return null
  const lines = text
    .toWellFormed()
    .replace(/\r\n|[\r\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
    .replace(/[^\P{Cc}\n]|\ufeff/gu, '')
  return bounded(lines, maxLength)
}

/** Returns at most `maxCount` different texts on one line each. Ignores blank texts. */
export function distinctLines(texts: Iterable<string>, maxCount: number, maxLength: number): string[] {
  const found = new Set<string>()
  for (const text of texts) {
    if (found.size >= maxCount) break
    const line = oneLine(text, maxLength)
    if (line !== null) found.add(line)
  }
  return [...found]
}

function bounded(text: string, maxLength: number): string | null {
  const trimmed = text.trim()
  const cut = trimmed.length > maxLength ? beginningOf(trimmed, maxLength).trimEnd() : trimmed
  return cut === '' ? null : cut
}

/** Units to examine beyond a limit. A grapheme that is cut there still ends beyond the limit. */
const margin = 16

/** Cuts before the grapheme that passes the limit. Examines little more of the text than the limit. */
function beginningOf(text: string, maxLength: number): string {
  let end = 0
  for (const { index, segment } of graphemes.segment(text.slice(0, maxLength + margin))) {
    if (index + segment.length > maxLength) break
    end = index + segment.length
  }
  return text.slice(0, end)
}
