/** Shortens texts to limits of an instance, at a word if possible. */
import { withoutEnd } from '../../../base/text-edges.ts'
import type { CaptionRules } from '../../../ports/publisher.ts'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const ellipsis = '…'
/** A cut at a word keeps at least this share of the room. */
const leastShare = 0.9

/** Measures a text; more text is never shorter. */
type Measure = (text: string) => number

/** Returns the text if it fits, otherwise its beginning with an ellipsis. */
export function shortened(text: string, max: number, measure: Measure): string {
  if (measure(text) <= max) return text
  const ends = [...graphemes.segment(text)].map(({ index, segment }) => index + segment.length)
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (measure(text.slice(0, ends[middle - 1]) + ellipsis) <= max) low = middle
    else high = middle - 1
  }
  const kept = text.slice(0, low === 0 ? 0 : ends[low - 1])
  const atWord = withoutEnd(withoutEnd(kept, /\S/), /[\s.,;:…-]/)
  const best = measure(atWord) >= leastShare * measure(kept) ? atWord : kept
  return max < 1 ? '' : best.trimEnd() + ellipsis
}

/** Length in code points. */
export const codePoints: Measure = (text) => [...text].length

/** Returns the measure of the rules. */
export function measureOf({ unit, urlLength }: CaptionRules): Measure {
  if (unit === 'utf16') return (text) => text.length
  return (text) => {
    const counted = urlLength === undefined ? text : withPlaceholders(text, urlLength)
    let length = 0
    for (const _ of graphemes.segment(counted)) length += 1
    return length
  }
}

function withPlaceholders(text: string, urlLength: number): string {
  return text.replace(/https?:\/\/\S+/gi, (address) =>
    URL.parse(address)?.hostname.includes('.') === true ? 'x'.repeat(urlLength) : address,
  )
}
