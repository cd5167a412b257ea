/**
 * Finds links, hashtags and mentions in a text. Bluesky links nothing by itself. Follows the detection of the official client
 * (`RichText` of `@atproto/api`), but leaves out links and tags that a server would refuse.
 */
import tlds from 'tlds' with { type: 'json' }
import { linksIn, type Part } from './links.ts'

/** A part of a text with a meaning. Offsets count UTF-8 bytes; `byteEnd` is exclusive. */
export interface Facet {
  index: { byteStart: number; byteEnd: number }
  features: [Feature]
}

export type Feature =
  | { $type: 'app.bsky.richtext.facet#link'; uri: string }
  | { $type: 'app.bsky.richtext.facet#tag'; tag: string }
  | { $type: 'app.bsky.richtext.facet#mention'; did: string }

/** A mention whose account is not known yet. */
export interface Mention {
  handle: string
  index: Facet['index']
}

export interface DetectedFacets {
  /** In the order of the text. */
  facets: Facet[]
  mentions: Mention[]
}

const topLevelDomains = new Set(tlds)

/** Limits of a tag (lexicon `app.bsky.richtext.facet`). */
const longestTag = { graphemes: 64, bytes: 640 }

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Detects the facets of a text. Takes linear time. */
export function detectFacets(text: string): DetectedFacets {
  const offset = byteOffsets(text)
  const index = ({ start, end }: Part<unknown>) => ({ byteStart: offset(start), byteEnd: offset(end) })
  const links = linksIn(text, isDomain).map((part): Facet => {
    return { index: index(part), features: [{ $type: 'app.bsky.richtext.facet#link', uri: part.value }] }
  })
  const tags = [...tagsIn(text), ...tickersIn(text)].map((part): Facet => {
    return { index: index(part), features: [{ $type: 'app.bsky.richtext.facet#tag', tag: part.value }] }
  })
  const mentions = mentionsIn(text).map((part) => ({ handle: part.value, index: index(part) }))
  return { facets: inOrder([...links, ...tags]), mentions }
}

/** Sorts facets by their position. */
export function inOrder(facets: Facet[]): Facet[] {
  return facets.sort((one, other) => one.index.byteStart - other.index.byteStart)
}

/** Checks the end of a name against the list of top-level domains. */
function isDomain(name: string): boolean {
  const dot = name.lastIndexOf('.')
  return dot > 0 && topLevelDomains.has(name.slice(dot + 1))
}

/** Characters that end a tag besides white space: soft hyphen, zero-width characters and an enclosing mark. */
const tagPattern = /(?:^|\s)[#＃](?!\ufe0f)((?:(?!\u20e2)[^\s\u00AD\u2060\u200A-\u200D])+)/gu

function tagsIn(text: string): Part<string>[] {
  return [...text.matchAll(tagPattern)].flatMap((match) => {
    const [whole, run = ''] = match
    // A tag of digits and punctuation only is a number, such as “#1”.
    if (!/[^\d\p{P}]/u.test(run)) return []
    const value = withoutPunctuationAtEnd(run)
    if (value === '' || isTooLong(value)) return []
    const start = match.index + whole.length - run.length - 1
    return [{ start, end: start + 1 + value.length, value }]
  })
}

function withoutPunctuationAtEnd(text: string): string {
  const characters = [...text]
  const last = characters.findLastIndex((character) => !/^\p{P}$/u.test(character))
  return characters.slice(0, last + 1).join('')
}

function isTooLong(tag: string): boolean {
  if (tag.length <= longestTag.graphemes) return false
  return (
    new TextEncoder().encode(tag).length > longestTag.bytes ||
    [...graphemes.segment(tag)].length > longestTag.graphemes
  )
}

const tickerPattern = /(?:^|[\s(])\$([A-Za-z][A-Za-z0-9]{0,4})(?=[\s.,;:!?)"'\u2019]|$)/gu

/** Finds ticker symbols such as “$ABC”, which Bluesky keeps as tags. */
function tickersIn(text: string): Part<string>[] {
  return [...text.matchAll(tickerPattern)].map((match) => {
    const [whole, ticker = ''] = match
    const end = match.index + whole.length
    return { start: end - ticker.length - 1, end, value: `$${ticker.toUpperCase()}` }
  })
}

/** Form of a handle (atproto.com, "Handle", "Handle Identifier Syntax"). */
const handlePattern = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const mentionPattern = /(?:^|[\s(])@([a-z0-9.-]+)\b/gi

function mentionsIn(text: string): Part<string>[] {
  return [...text.matchAll(mentionPattern)].flatMap((match) => {
    const [whole, value = ''] = match
    if (!handlePattern.test(value) || (!isDomain(value) && !value.endsWith('.test'))) return []
    const end = match.index + whole.length
    return [{ start: end - value.length - 1, end, value }]
  })
}

/** Returns a function from offsets in UTF-16 units to offsets in UTF-8 bytes. */
function byteOffsets(text: string): (offset: number) => number {
  const offsets = new Uint32Array(text.length + 1)
  let bytes = 0
  let at = 0
  for (const character of text) {
    offsets.fill(bytes, at, at + character.length)
    const code = character.codePointAt(0) ?? 0
    // A lone surrogate is encoded as U+FFFD, which has three bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    at += character.length
  }
  offsets[text.length] = bytes
  return (offset) => offsets[offset] ?? bytes
}
