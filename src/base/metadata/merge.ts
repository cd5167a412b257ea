/** Joins what XMP, IPTC and EXIF say about a photo, field by field. */
import { isCameraText, isPlaceholder } from './camera-texts.ts'
import type { EmbeddedBlocks } from './embedded.ts'
import { readExifMetadata } from './exif.ts'
import { type IptcMetadata, readIptc } from './iptc.ts'
import { filledFrom, noMetadata, type PhotographerMetadata } from './photographer.ts'
import { isNewer, readXmp, type XmpMetadata } from './xmp.ts'

export interface MetadataSources {
  /** XMP files beside the photo; the first wins. */
  beside?: readonly Uint8Array[]
  embedded?: EmbeddedBlocks | null
}

/**
 * Reads all sources. For each field, the first source that has it wins: the XMP files, embedded XMP, IPTC, EXIF. Embedded XMP goes before
 * an older XMP file. `languages` orders the alternatives of a text. Returns `null` if no source says anything. Never throws.
 */
export function photographerMetadata(
  { beside = [], embedded }: MetadataSources,
  languages: readonly string[] = [],
): PhotographerMetadata | null {
  const files = beside.map((bytes) => readXmp(bytes, languages)).filter((found) => found !== null)
  return joinedMetadata(inOrder(files, embeddedSources(embedded, languages)))
}

/** Joins sources that were read before; the first that has a field wins. Returns `null` if no source says anything. */
export function joinedMetadata(sources: readonly PhotographerMetadata[]): PhotographerMetadata | null {
  const found = sources.map(withoutCameraTexts).reduce(filledFrom, noMetadata)
  return isEmpty(found) ? null : found
}

/** Puts the embedded sources before the first XMP file that is older than the embedded XMP. */
function inOrder(files: readonly XmpMetadata[], { xmp, all }: Embedded): PhotographerMetadata[] {
  const older = xmp ? files.findIndex((file) => isNewer(xmp, file)) : -1
  const before = older < 0 ? files.length : older
  return [...files.slice(0, before), ...all, ...files.slice(before)]
}

interface Embedded {
  xmp: XmpMetadata | null
  /** All embedded sources; the first wins. */
  all: PhotographerMetadata[]
}

function embeddedSources(blocks: EmbeddedBlocks | null | undefined, languages: readonly string[]): Embedded {
  const read = <T>(bytes: Uint8Array | null | undefined, reader: (bytes: Uint8Array) => T | null) =>
    bytes ? reader(bytes) : null
  const xmp = read(blocks?.xmp, (bytes) => readXmp(bytes, languages))
  const rest = read(blocks?.extendedXmp, (bytes) => readXmp(bytes, languages))
  const iptc = read(blocks?.iptc, readIptc)
  const exif = read(blocks?.exif, readExifMetadata)
  const isIptcFirst = iptc?.isChangedLater === true
  const texts = isIptcFirst ? [xmp ? uncut(iptc, xmp) : iptc, xmp, rest] : [xmp, rest, iptc]
  return { xmp, all: [...texts, exif].filter((found) => found !== null) }
}

/** Lengths at which IPTC programs cut texts (IIM 4.2, section 6), in bytes. */
const iptcLimits = { title: 64, description: 2000, copyright: 128, keyword: 64, creator: 32 } as const

/** Restores the texts of the XMP that IPTC holds cut. */
function uncut(iptc: IptcMetadata, xmp: XmpMetadata): PhotographerMetadata {
  const whole = (cut: string, text: string | null | undefined, limit: number) =>
    text?.startsWith(cut) && byteLength(cut) > limit - 4 ? text : cut
  const one = (key: 'title' | 'description' | 'copyright') => {
    const text = iptc[key]
    return text === null ? null : whole(text, xmp[key], iptcLimits[key])
  }
  const list = (key: 'keywords' | 'creators', limit: number) =>
    iptc[key].map((cut) =>
      byteLength(cut) > limit - 4
        ? whole(
            cut,
            xmp[key].find((text) => text.startsWith(cut)),
            limit,
          )
        : cut,
    )
  return {
    ...iptc,
    title: one('title'),
    description: one('description'),
    copyright: one('copyright'),
    keywords: list('keywords', iptcLimits.keyword),
    creators: list('creators', iptcLimits.creator),
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Removes the texts of cameras, which programs copy from EXIF to IPTC and XMP. */
function withoutCameraTexts(source: PhotographerMetadata): PhotographerMetadata {
  const { description, copyright } = source
  return {
    ...source,
    description: description !== null && isCameraText(description) ? null : description,
    creators: source.creators.filter((name) => !isPlaceholder(name)),
    copyright: copyright !== null && isPlaceholder(copyright) ? null : copyright,
  }
}

function isEmpty({ keywords, creators, ...texts }: PhotographerMetadata): boolean {
  return (
    keywords.length === 0 && creators.length === 0 && Object.values(texts).every((value) => value === null)
  )
}
