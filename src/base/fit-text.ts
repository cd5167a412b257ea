/** Cuts texts beside a caption, such as alt texts and content warnings, to the limit of a platform. */

const ellipsis = '…'
/** A cut at a word keeps at least this share of the text before the ellipsis. */
const leastShare = 0.9
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Lengths of a grapheme in the units in which platforms count. */
const units = {
  grapheme: () => 1,
  codePoint: (grapheme: string) => [...grapheme].length,
  utf16: (grapheme: string) => grapheme.length,
} as const satisfies Readonly<Record<string, (grapheme: string) => number>>

/** Returns the trimmed text, or its beginning with an ellipsis, cut at a word if possible. Reads no more of the text than fits. */
export function fitText(text: string, max: number, unit: keyof typeof units): string {
  const trimmed = text.trim()
  let length = 0
  let end = 0
  for (const { index, segment } of graphemes.segment(trimmed)) {
    length += units[unit](segment)
    if (length <= max - ellipsis.length) end = index + segment.length
    if (length > max) return cutAt(trimmed.slice(0, end))
  }
  return trimmed
}

function cutAt(kept: string): string {
  const space = kept.lastIndexOf(' ')
  return `${space > kept.length * leastShare ? kept.slice(0, space) : kept}${ellipsis}`
}
