/** Reads the photographer's metadata from IPTC (IIM 4.2), which lies among Photoshop's resources in a JPEG. */
import { ascii, viewOf } from '../picture/blocks.ts'
import { haveSameBytes } from '../same-bytes.ts'
import { fromUtf8, fromWindows1252 } from '../text-encoding.ts'
import { isoTime } from './iso-time.ts'
import { maxCreators, maxIptcBytes, maxKeywords, maxLength } from './limits.ts'
import { md5 } from './md5.ts'
import { noMetadata, type PhotographerMetadata } from './photographer.ts'
import { distinctLines, oneLine, severalLines } from './text.ts'

export interface IptcMetadata extends PhotographerMetadata {
  /** True if another program changed the IPTC after Photoshop or Lightroom wrote IPTC and XMP together. */
  isChangedLater: boolean
}

/** Beginning of Photoshop's resources in a JPEG segment. */
export const photoshopIdentifier = 'Photoshop 3.0\0'

const resource = { iptc: 0x0404, digest: 0x0425 } as const
/** Data sets of record 2, and the character set of record 1, as record times 256 plus number. */
const dataSet = {
  characterSet: 0x015a,
  title: 0x0205,
  keyword: 0x0219,
  day: 0x0237,
  time: 0x023c,
  creator: 0x0250,
  headline: 0x0269,
  copyright: 0x0274,
  description: 0x0278,
} as const
/** Escape sequence that announces UTF-8 (ISO 2022). */
const utf8Escape = '\u001b%G'
const maxDataSets = 2000

/** Reads Photoshop's resources, or IPTC alone. Returns `null` without IPTC. Never throws. */
export function readIptc(bytes: Uint8Array): IptcMetadata | null {
  const { iptc, digest } = resourcesIn(bytes.subarray(0, maxIptcBytes))
  if (!iptc) return null
  const values = dataSetsIn(iptc)
  if (values.size === 0) return null
  const isUtf8 = textOf(values.get(dataSet.characterSet)?.[0], false) === utf8Escape
  const texts = (key: number) => (values.get(key) ?? []).map((value) => textOf(value, isUtf8))
  const first = (key: number) => texts(key)[0]
  return {
    ...noMetadata,
    title:
      oneLine(first(dataSet.title), maxLength.title) ?? oneLine(first(dataSet.headline), maxLength.title),
    description: severalLines(first(dataSet.description), maxLength.description),
    keywords: distinctLines(texts(dataSet.keyword), maxKeywords, maxLength.keyword),
    creators: distinctLines(texts(dataSet.creator), maxCreators, maxLength.creator),
    copyright: oneLine(first(dataSet.copyright), maxLength.copyright),
    takenAt: timeOf(first(dataSet.day), first(dataSet.time)),
    isChangedLater: digest !== null && !haveSameBytes(digest, md5(iptc)),
  }
}

interface Resources {
  iptc: Uint8Array | null
  digest: Uint8Array | null
}

/** Walks Photoshop's resources: `8BIM`, a number, a name of even length with its length byte, and data of even length. */
function resourcesIn(bytes: Uint8Array): Resources {
  const found: Resources = { iptc: null, digest: null }
  const hasIdentifier = ascii(bytes, 0, photoshopIdentifier.length) === photoshopIdentifier
  let at = hasIdentifier ? photoshopIdentifier.length : 0
  if (bytes[at] === 0x1c) return { ...found, iptc: bytes.subarray(at) }
  const view = viewOf(bytes)
  while (at + 12 <= bytes.length && ascii(bytes, at, at + 4) === '8BIM') {
    const kind = view.getUint16(at + 4)
    const nameLength = 1 + (bytes[at + 6] ?? 0)
    const sizeAt = at + 6 + nameLength + (nameLength % 2)
    if (sizeAt + 4 > bytes.length) break
    const size = view.getUint32(sizeAt)
    const data = bytes.subarray(sizeAt + 4, sizeAt + 4 + size)
    if (kind === resource.iptc) found.iptc ??= data
    if (kind === resource.digest && data.length === 16) found.digest ??= data
    at = sizeAt + 4 + size + (size % 2)
  }
  return found
}

/** Collects the data sets of the photographer by key. Stops at anything malformed. */
function dataSetsIn(iptc: Uint8Array): ReadonlyMap<number, Uint8Array[]> {
  const wanted = new Set<number>(Object.values(dataSet))
  const values = new Map<number, Uint8Array[]>()
  const view = viewOf(iptc)
  let at = 0
  for (let count = 0; count < maxDataSets && at + 5 <= iptc.length && iptc[at] === 0x1c; count++) {
    const key = view.getUint16(at + 1)
    const declared = view.getUint16(at + 3)
    const length = declared < 0x8000 ? declared : extendedLength(view, at + 5, declared & 0x7fff)
    const start = at + 5 + (declared < 0x8000 ? 0 : declared & 0x7fff)
    if (length === null || start + length > iptc.length) break
    if (wanted.has(key)) addTo(values, key, iptc.subarray(start, start + length))
    at = start + length
  }
  return values
}

function addTo(values: Map<number, Uint8Array[]>, key: number, value: Uint8Array): void {
  const found = values.get(key)
  if (found) found.push(value)
  else values.set(key, [value])
}

/** Reads the length of a data set over 32 KB, which takes `count` bytes of its own (IIM 4.2, chapter 1). */
function extendedLength(view: DataView, at: number, count: number): number | null {
  return count === 4 && at + 4 <= view.byteLength ? view.getUint32(at) : null
}

function textOf(value: Uint8Array | undefined, isUtf8: boolean): string {
  if (!value) return ''
  if (isUtf8) return new TextDecoder().decode(value)
  // Many programs write UTF-8 without announcing it.
  return fromUtf8(value) ?? fromWindows1252(value)
}

/** Joins a day such as `20260601` with a time such as `183000+0200`. */
function timeOf(day = '', time = ''): string | null {
  const date = /^(\d{4})(\d\d)(\d\d)$/.exec(day)
  const clock = /^(\d\d)(\d\d)(\d\d)([+-]\d{4})?/.exec(time)
  if (!date || !clock) return null
  return isoTime(`${date.slice(1).join('-')}T${clock.slice(1, 4).join(':')}${clock[4] ?? ''}`)
}
