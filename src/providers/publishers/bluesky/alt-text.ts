/** Cuts alt texts to the limit of Bluesky's own app. */

const maxGraphemes = 2000
const ellipsis = '…'
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Returns the text with at most 2,000 graphemes, cut at a word if the last tenth has a space. */
export function fitAltText(text: string | null): string {
  const trimmed = text?.trim() ?? ''
  const starts: number[] = []
  for (const { index } of graphemes.segment(trimmed)) {
    starts.push(index)
    if (starts.length > maxGraphemes) break
  }
  if (starts.length <= maxGraphemes) return trimmed
  const cut = trimmed.slice(0, starts[maxGraphemes - ellipsis.length])
  const space = cut.lastIndexOf(' ')
  return `${space > cut.length * 0.9 ? cut.slice(0, space) : cut}${ellipsis}`
}
