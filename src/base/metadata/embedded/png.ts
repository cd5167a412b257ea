/** Collects the metadata of a PNG, before and after the pixels (PNG specification, third edition, sections 11.3.3 and 11.3.4). */
import { ascii, viewOf } from '../../picture/blocks.ts'
import { type Input, type Reading, skip } from '../../picture/input.ts'
import { maxExifBytes, maxIptcBytes, maxXmpBytes } from '../limits.ts'
import { type EmbeddedBlocks, noBlocks } from './blocks.ts'
import { inflate } from './inflate.ts'

const xmpKeyword = 'XML:com.adobe.xmp'
/** Keywords under which ImageMagick, exiftool and exiv2 keep other metadata as hexadecimal digits. */
const profiles: ReadonlyMap<string, 'iptc' | 'exif' | 'xmp'> = new Map([
  ['Raw profile type iptc', 'iptc'],
  ['Raw profile type 8bim', 'iptc'],
  ['Raw profile type exif', 'exif'],
  ['Raw profile type xmp', 'xmp'],
])
const maxChunks = 100_000
/** Longest keyword, with its zero. */
const keywordBytes = 80
/** Bytes of a text chunk besides its text: keyword, flags, language and translated keyword. */
const maxTextHeadBytes = 400
/** Upper bound on a profile as text, with two digits for each byte and its line breaks. */
const maxProfileTextBytes = 2.2 * maxIptcBytes
const maxTextBytes = maxXmpBytes + maxTextHeadBytes

export function* pngBlocks(input: Input): Reading<EmbeddedBlocks> {
  const found = { ...noBlocks }
  const tried = new Set<string>()
  input.consume(8)
  for (let chunks = 0; chunks < maxChunks; chunks++) {
    const heading = yield* input.peek(8)
    if (heading.length < 8) break
    const length = viewOf(heading).getUint32(0)
    const kind = ascii(heading, 4, 8)
    if (kind === 'IEND') break
    input.consume(8)
    if (kind === 'eXIf' && length <= maxExifBytes && !found.exif) {
      const payload = yield* input.peek(length)
      if (payload.length < length) break
      found.exif = payload.slice(0, length)
    } else if (/^[tzi](?:TXt|EXt)$/.test(kind) && length <= maxTextBytes) {
      const begin = (yield* input.peek(Math.min(length, keywordBytes))).subarray(0, length)
      const keyword = keywordOf(begin)
      const target = targetOf(kind, keyword)
      // Decompression takes time, so a keyword counts once.
      if (target && !found[target] && !tried.has(keyword)) {
        tried.add(keyword)
        const payload = yield* input.peek(length)
        if (payload.length < length) break
        found[target] = contentOf(kind, payload.subarray(0, length))
      }
    }
    if (!(yield* skip(input, length + 4))) break
  }
  return found
}

function keywordOf(begin: Uint8Array): string {
  const end = begin.subarray(0, keywordBytes).indexOf(0)
  return end < 0 ? '' : ascii(begin, 0, end)
}

function targetOf(kind: string, keyword: string): 'xmp' | 'iptc' | 'exif' | undefined {
  if (kind === 'iTXt') return keyword === xmpKeyword ? 'xmp' : undefined
  return profiles.get(keyword)
}

/** Returns the bytes of the metadata in a text chunk, or `null` for a malformed text. */
function contentOf(kind: string, payload: Uint8Array): Uint8Array | null {
  const keywordEnd = payload.indexOf(0)
  if (kind === 'iTXt') return internationalText(payload, keywordEnd)
  if (kind === 'tEXt') return profileOf(payload.subarray(keywordEnd + 1))
  const text = kind === 'zTXt' ? inflate(payload.subarray(keywordEnd + 2), maxProfileTextBytes) : null
  return text && profileOf(text)
}

/** Reads an `iTXt` chunk: keyword, zero, compression flag and method, language, zero, translated keyword, zero, text. */
function internationalText(payload: Uint8Array, keywordEnd: number): Uint8Array | null {
  const isCompressed = payload[keywordEnd + 1] === 1
  const languageEnd = payload.indexOf(0, keywordEnd + 3)
  const translationEnd = languageEnd < 0 ? -1 : payload.indexOf(0, languageEnd + 1)
  if (translationEnd < 0) return null
  const text = payload.slice(translationEnd + 1)
  return isCompressed ? inflate(text, maxXmpBytes) : text
}

/** Reads a profile: a line break, its name, a line break, its length, and hexadecimal digits on lines. */
function profileOf(text: Uint8Array): Uint8Array | null {
  const head = /^\n[^\n]{1,20}\n *(\d{1,7})\n/.exec(ascii(text, 0, 40))
  const length = Number(head?.[1] ?? 0)
  if (!head || length > maxIptcBytes) return null
  const bytes = new Uint8Array(length)
  let filled = 0
  for (let at = head[0].length, high = -1; at < text.length && filled < length; at++) {
    const digit = Number.parseInt(String.fromCharCode(text[at] ?? 0), 16)
    if (Number.isNaN(digit)) continue
    if (high >= 0) bytes[filled++] = high * 16 + digit
    high = high >= 0 ? -1 : digit
  }
  return filled === length && length > 0 ? bytes : null
}
