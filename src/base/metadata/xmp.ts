/** Reads the photographer's metadata from an XMP document, which lies beside the photo or inside it (ISO 16684-1). */
import { instantOf, isoTime } from './iso-time.ts'
import { maxCreators, maxKeywords, maxLength } from './limits.ts'
import type { PhotographerMetadata } from './photographer.ts'
import { distinctLines, oneLine, severalLines } from './text.ts'
import { openXmp, valuesOf, type XmpDocument } from './xmp-document.ts'

export interface XmpMetadata extends PhotographerMetadata {
  /** Short title for a list (`photoshop:Headline`). {@link PhotographerMetadata.title} falls back to the headline. */
  headline: string | null
  /** Time of the last change to the metadata (`xmp:MetadataDate`), in the form of `takenAt`. */
  modifiedAt: string | null
  /** Extension of the photo that the file belongs to, such as `ARW` (`photoshop:SidecarForExtension`). */
  ownerExtension: string | null
}

const dublinCore = 'http://purl.org/dc/elements/1.1/'
const xmp = 'http://ns.adobe.com/xap/1.0/'
const photoshop = 'http://ns.adobe.com/photoshop/1.0/'
export const iptcCore = 'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/'

/** Properties by their full names. Programs choose the prefixes freely. */
export const property = {
  title: `${dublinCore}title`,
  headline: `${photoshop}Headline`,
  description: `${dublinCore}description`,
  subject: `${dublinCore}subject`,
  hierarchicalSubject: 'http://ns.adobe.com/lightroom/1.0/hierarchicalSubject',
  creator: `${dublinCore}creator`,
  rights: `${dublinCore}rights`,
  usageTerms: `${xmp}rights/UsageTerms`,
  rating: `${xmp}Rating`,
  windowsRating: 'http://ns.microsoft.com/photo/1.0/Rating',
  altText: `${iptcCore}AltTextAccessibility`,
  taken: 'http://ns.adobe.com/exif/1.0/DateTimeOriginal',
  created: `${photoshop}DateCreated`,
  metadataDate: `${xmp}MetadataDate`,
  ownerExtension: `${photoshop}SidecarForExtension`,
} as const

/**
 * Reads an XMP document. `languages` orders the alternatives of a text; the default alternative and the first follow. Returns `null` for
 * anything but a well-formed XMP document within the limits. Never throws.
 */
export function readXmp(bytes: Uint8Array, languages: readonly string[] = []): XmpMetadata | null {
  const document = openXmp(bytes)
  return document && metadataOf(document, languages)
}

function metadataOf(document: XmpDocument, languages: readonly string[]): XmpMetadata {
  const text = (name: string) => chosenText(document, name, languages)
  const first = (name: string) => valuesOf(document, name)[0]?.text
  const headline = oneLine(text(property.headline), maxLength.title)
  return {
    title: oneLine(text(property.title), maxLength.title) ?? headline,
    headline,
    description: severalLines(text(property.description), maxLength.description),
    keywords: keywordsOf(document),
    creators: distinctLines(textsOf(document, property.creator), maxCreators, maxLength.creator),
    copyright: oneLine(text(property.rights), maxLength.copyright),
    usageTerms: severalLines(text(property.usageTerms), maxLength.usageTerms),
    rating: starsOf(first(property.rating)) ?? starsOfPercent(first(property.windowsRating)),
    altText: severalLines(text(property.altText), maxLength.altText),
    takenAt: isoTime(first(property.taken)) ?? isoTime(first(property.created)),
    modifiedAt: isoTime(first(property.metadataDate)),
    ownerExtension: oneLine(first(property.ownerExtension), 20),
  }
}

/** Returns true if the first document was changed later. Returns false if either has no date. */
export function isNewer(first: XmpMetadata, second: XmpMetadata): boolean {
  if (first.modifiedAt === null || second.modifiedAt === null) return false
  return instantOf(first.modifiedAt) > instantOf(second.modifiedAt)
}

function textsOf(document: XmpDocument, name: string): string[] {
  return valuesOf(document, name).map(({ text }) => text)
}

/** Reads the flat keywords, or the last names of the keyword tree. */
function keywordsOf(document: XmpDocument): string[] {
  const flat = distinctLines(textsOf(document, property.subject), maxKeywords, maxLength.keyword)
  if (flat.length > 0) return flat
  const tree = textsOf(document, property.hierarchicalSubject)
  const leaves = tree.map((path) => path.slice(path.lastIndexOf('|') + 1))
  return distinctLines(leaves, maxKeywords, maxLength.keyword)
}

/** Chooses an alternative: a language, the language without its region, another region, the default, the first. */
function chosenText(document: XmpDocument, name: string, languages: readonly string[]): string | undefined {
  const values = valuesOf(document, name).filter(({ text }) => text.trim() !== '')
  const find = (matches: (language: string) => boolean) =>
    values.find(({ language }) => matches(language))?.text
  for (const wanted of languages.map((language) => language.toLowerCase())) {
    const base = wanted.split('-', 1)[0] ?? wanted
    const found =
      find((language) => language === wanted) ??
      find((language) => language === base) ??
      find((language) => language.startsWith(`${base}-`))
    if (found !== undefined) return found
  }
  return find((language) => language === 'x-default') ?? values[0]?.text
}

/** Reads a rating; some programs write `4.0`. */
export function starsOf(text: string | undefined): number | null {
  const stars = /^\s{0,9}[+]?(-?\d)(?:\.0{1,9})?\s{0,9}$/.exec(text ?? '')?.[1]
  const value = stars === undefined ? Number.NaN : Number(stars)
  return value >= -1 && value <= 5 ? value + 0 : null
}

/** Converts the percentage with which Windows rates: 1, 25, 50, 75 and 99. */
export function starsOfPercent(text: string | undefined): number | null {
  const percent = /^\s{0,9}(\d{1,3})\s{0,9}$/.exec(text ?? '')?.[1]
  if (percent === undefined || Number(percent) > 100) return null
  return Number(percent) === 0 ? 0 : 1 + Math.round(Number(percent) / 25)
}
