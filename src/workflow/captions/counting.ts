/** Counts captions as the platforms do: in UTF-16 units or graphemes, with web addresses of a fixed length, and in bytes. */
import type { CaptionRules } from '../../ports/publisher.ts'
import { addressesIn, type Entity, mentionsIn } from './entities.ts'

/** Rules that decide how long a caption is. */
export type Counting = Pick<CaptionRules, 'unit' | 'urlLength'>

/** Rules that decide if a caption is too long. */
export type Limits = Pick<CaptionRules, 'maxLength' | 'maxBytes'> & Counting

/** Part of a text that is never cut: a grapheme, or a web address or mention that counts as a whole. */
export interface Piece {
  /** Index after the piece. */
  end: number
  length: number
  bytes: number
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Returns the length of the text in the unit of the rules. */
export function lengthOf(text: string, rules: Counting): number {
  if (rules.unit === 'utf16' && rules.urlLength === undefined) return text.length
  let length = 0
  for (const piece of piecesOf(text, rules)) length += piece.length
  return length
}

/** Returns the length of the text in UTF-8 bytes. Much faster for single characters than a `TextEncoder`. */
export function bytesOf(text: string): number {
  let bytes = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    // Each half of a surrogate pair counts 2 of the 4 bytes. Captions hold no half alone.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return bytes
}

/** Checks if the text is within all limits. */
export function fits(text: string, rules: Limits): boolean {
  const { maxLength, maxBytes = Number.POSITIVE_INFINITY, urlLength } = rules
  // No character takes more than 3 bytes per UTF-16 unit, and no grapheme is shorter than a unit.
  const isShort = urlLength === undefined && text.length <= maxLength
  if (!isShort && isLonger(text, rules)) return false
  return text.length * 3 <= maxBytes || bytesOf(text) <= maxBytes
}

/** Counts only as far as the limit, because a foreign text may be much longer. */
function isLonger(text: string, rules: Limits): boolean {
  if (rules.unit === 'utf16' && rules.urlLength === undefined) return text.length > rules.maxLength
  let length = 0
  for (const piece of piecesOf(text, rules)) {
    length += piece.length
    if (length > rules.maxLength) return true
  }
  return false
}

/** Splits the text into pieces, in order. */
export function* piecesOf(text: string, rules: Counting): Generator<Piece> {
  const { urlLength } = rules
  let at = 0
  if (urlLength !== undefined) {
    for (const entity of entitiesIn(text, rules, urlLength)) {
      yield* graphemesOf(text, at, entity.start, rules)
      yield { end: entity.end, length: entity.length, bytes: bytesOf(text.slice(entity.start, entity.end)) }
      at = entity.end
    }
  }
  yield* graphemesOf(text, at, text.length, rules)
}

function* graphemesOf(text: string, start: number, end: number, { unit }: Counting): Generator<Piece> {
  for (const { segment, index } of graphemes.segment(text.slice(start, end))) {
    yield {
      end: start + index + segment.length,
      length: unit === 'utf16' ? segment.length : 1,
      bytes: bytesOf(segment),
    }
  }
}

/** Returns web addresses and mentions with the length that they count as. An address wins over a mention within it. */
function entitiesIn(text: string, { unit }: Counting, urlLength: number): (Entity & { length: number })[] {
  const addresses = addressesIn(text).map((entity) => ({ ...entity, length: urlLength }))
  const mentions = mentionsIn(text).map((entity) => ({
    ...entity,
    length: lengthOf(entity.counted, { unit }),
  }))
  const ordered = [...addresses, ...mentions].sort((one, other) => one.start - other.start)
  let end = 0
  return ordered.filter((entity) => {
    if (entity.start < end) return false
    end = entity.end
    return true
  })
}
