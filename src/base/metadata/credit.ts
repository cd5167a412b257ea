/**
 * Writes credit into copies that have no metadata: creator, copyright and usage terms, and nothing else. Every byte is new, so nothing of
 * the photographer's own blocks can leak.
 */
import { type ExifText, exifOf, exifTag } from '../picture/exif-writer.ts'
import type { Credit } from './photographer.ts'
import { oneLine } from './text.ts'
import { escapedText } from './xml-references.ts'

/** Credit as the blocks of a picture. */
export interface CreditBlocks {
  /** Returns a TIFF structure with the orientation and the credit. */
  exif(orientation: number): Uint8Array<ArrayBuffer>
  /** An XMP packet. */
  xmp: Uint8Array<ArrayBuffer>
}

/** Upper bound on all bytes that {@link creditBlocks} may add to a picture, in any format. */
export const maxCreditBytes = 7000

const maxCreators = 5
/** Bounds in characters. A character takes at most three bytes per UTF-16 unit, and the markup of XMP up to five. */
const maxNameLength = 100
const maxCopyrightLength = 200
const maxTermsLength = 300

/** Returns the blocks, or `null` if there is no credit. Cuts long texts. */
export function creditBlocks(credit: Credit | null): CreditBlocks | null {
  if (!credit) return null
  const creators = credit.creators
    .slice(0, maxCreators)
    .map((name) => bounded(name, maxNameLength))
    .filter((name) => name !== '')
  const copyright = bounded(credit.copyright ?? '', maxCopyrightLength)
  const terms = bounded(credit.usageTerms ?? '', maxTermsLength)
  if (creators.length === 0 && copyright === '' && terms === '') return null
  const texts: ExifText[] = [
    ...(creators.length > 0 ? [{ tag: exifTag.artist, text: creators.join('; ') }] : []),
    ...(copyright === '' ? [] : [{ tag: exifTag.copyright, text: copyright }]),
  ]
  return {
    exif: (orientation) => exifOf(orientation, texts),
    xmp: new Uint8Array(new TextEncoder().encode(packetOf({ creators, copyright, terms }))),
  }
}

function packetOf({
  creators,
  copyright,
  terms,
}: {
  creators: readonly string[]
  copyright: string
  terms: string
}): string {
  const items = creators.map((name) => `<rdf:li>${escapedText(name)}</rdf:li>`).join('')
  const inDefaultLanguage = (name: string, text: string) =>
    text === ''
      ? ''
      : `<${name}><rdf:Alt><rdf:li xml:lang="x-default">${escapedText(text)}</rdf:li></rdf:Alt></${name}>`
  const creator = items === '' ? '' : `<dc:creator><rdf:Seq>${items}</rdf:Seq></dc:creator>`
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">',
    creator,
    inDefaultLanguage('dc:rights', copyright),
    inDefaultLanguage('xmpRights:UsageTerms', terms),
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="r"?>',
  ].join('')
}

/** Removes the characters that XML 1.0 forbids, puts the text on one line, and cuts it between graphemes. */
function bounded(text: string, maxLength: number): string {
  return oneLine(text.slice(0, 4 * maxLength).replace(/[\ufffe\uffff]/g, ' '), maxLength) ?? ''
}
