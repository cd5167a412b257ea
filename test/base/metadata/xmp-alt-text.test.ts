import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readXmp } from '../../../src/base/metadata/xmp.ts'
import { withAltText } from '../../../src/base/metadata/xmp-alt-text.ts'
import {
  alternatives,
  bytesOf,
  darktableFile,
  declarations,
  lightroomFile,
  xmpOf,
  xmpText,
} from '../../support/fixtures/metadata/documents.ts'
import { metadataFile } from '../../support/fixtures/metadata/photos.ts'

const altText = 'Zwei <Seile> & "Knoten" – ]]> 緊縛 🪢\nzweite Zeile'
const utf16 = (text: string) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))

/** Returns the bytes of the result that are not in the original. Fails if other bytes differ. */
function addedBytes(original: Uint8Array, edited: Uint8Array): Uint8Array {
  let start = 0
  while (start < original.length && original[start] === edited[start]) start++
  let end = 0
  while (end < original.length - start && original.at(-1 - end) === edited.at(-1 - end)) end++
  expect(start + end).toBe(original.length)
  return edited.subarray(start, edited.length - end)
}

/** Expects that only an alt text was added. */
function expectAdded(original: Uint8Array, text = altText): void {
  const edited = withAltText(original, text)
  expect(edited).not.toBeNull()
  if (!edited) return
  addedBytes(original, edited)
  expect(readXmp(edited)).toEqual({ ...readXmp(original), altText: text })
}

describe('an alt text in XMP', () => {
  it('creates a new document', () => {
    const created = withAltText(null, altText)
    expect(readXmp(created ?? new Uint8Array())).toMatchObject({ altText, title: null, rating: null })
  })

  it.each([
    ['Lightroom', bytesOf(lightroomFile)],
    ['darktable', bytesOf(darktableFile)],
    ['darktable, with a byte order mark', bytesOf(`\ufeff${darktableFile}`)],
    ['a program that writes UTF-16', utf16(lightroomFile)],
    [
      'a program that writes big-endian UTF-16',
      utf16(lightroomFile)
        .slice()
        .map((_, at, all) => all[at ^ 1] ?? 0),
    ],
    ['a program that pads its packets', xmpOf('<dc:title>T</dc:title>')],
    ['a program that quotes with apostrophes', bytesOf(lightroomFile.replaceAll('"', "'"))],
  ])('adds to a file of %s and keeps every other byte', (_, original) => {
    expectAdded(original)
  })

  it('writes the line ends of the document', () => {
    const crlf = withAltText(bytesOf(lightroomFile), 'One line')
    expect(new TextDecoder().decode(crlf ?? undefined)).not.toMatch(/[^\r]\n/)
  })

  it('describes the subject that the document describes', () => {
    for (const about of ['uuid:1234', 'a&amp;b', "it's"]) {
      expectAdded(bytesOf(xmpText(`<rdf:Description rdf:about="${about}" xmp:Rating="1"/>`)))
    }
    expectAdded(bytesOf(xmpText(`<rdf:Description rdf:about='say "x"' xmp:Rating="1"/>`)))
    expectAdded(bytesOf(xmpText('<rdf:Description about="uuid:1" xmp:Rating="1"/>')))
  })

  it('uses the prefix of the document, or none', () => {
    const named = (prefix: string, declared: string) =>
      `<${prefix}RDF ${declared}="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><${prefix}Description/></${prefix}RDF>`
    expectAdded(bytesOf(named('r:', 'xmlns:r')))
    expectAdded(bytesOf(named('', 'xmlns')))
  })

  it('survives a document that binds the prefix of IPTC to something else', () => {
    expectAdded(bytesOf(darktableFile.replace('xmlns:xmp=', 'xmlns:Iptc4xmpCore="urn:other" xmlns:xmp=')))
  })

  it('returns the same bytes when the document has this text already', () => {
    const once = withAltText(bytesOf(darktableFile), altText)
    expect(once && withAltText(once, altText)).toEqual(once)
    const marked = xmpOf(alternatives('Iptc4xmpCore:AltTextAccessibility', { de: '<![CDATA[text]]>' }))
    expect(withAltText(marked, 'text')).toEqual(marked)
  })

  it('replaces the text that this program wrote, and only that text', () => {
    for (const original of [bytesOf(lightroomFile), utf16(darktableFile)]) {
      const first = withAltText(original, altText)
      const second = first && withAltText(first, 'A better text', altText)
      expect(second).toEqual(withAltText(original, 'A better text'))
    }
  })

  it('replaces its text in an attribute', () => {
    const original = xmpOf('', " Iptc4xmpCore:AltTextAccessibility='old'")
    const edited = withAltText(original, `it's "new" & <b>\nx`, 'old')
    expect(readXmp(edited ?? original)?.altText).toBe(`it's "new" & <b>\nx`)
  })

  it('replaces a blank text', () => {
    const original = xmpOf(alternatives('Iptc4xmpCore:AltTextAccessibility', { 'x-default': ' ' }))
    expect(readXmp(withAltText(original, altText) ?? original)?.altText).toBe(altText)
  })

  it.each([
    [
      'another text',
      xmpOf(alternatives('Iptc4xmpCore:AltTextAccessibility', { 'x-default': 'of a person' })),
    ],
    [
      'several languages',
      xmpOf(alternatives('Iptc4xmpCore:AltTextAccessibility', { 'x-default': 'old', de: 'alt' })),
    ],
    [
      'a text in several pieces',
      xmpOf(alternatives('Iptc4xmpCore:AltTextAccessibility', { 'x-default': 'o<!-- -->ld' })),
    ],
    [
      'an empty list',
      xmpOf('<Iptc4xmpCore:AltTextAccessibility><rdf:Alt/></Iptc4xmpCore:AltTextAccessibility>'),
    ],
    ['an empty element', xmpOf('<Iptc4xmpCore:AltTextAccessibility/>')],
    [
      'a text with qualifiers',
      xmpOf(
        '<Iptc4xmpCore:AltTextAccessibility rdf:parseType="Resource"><rdf:value>old</rdf:value></Iptc4xmpCore:AltTextAccessibility>',
      ),
    ],
    ['RDF without an end tag', bytesOf(`<rdf:RDF${declarations}/>`)],
    ['a document type', bytesOf(`<!DOCTYPE x>${darktableFile}`)],
    ['half a document', bytesOf(darktableFile.slice(0, 500))],
    ['no XMP', bytesOf('hello')],
    ['an empty file', new Uint8Array(0)],
    ['no room below the limit', bytesOf(xmpText('') + ' '.repeat(1_000_000 - bytesOf(xmpText('')).length))],
  ])('leaves a document with %s alone', (_, original) => {
    expect(withAltText(original, altText, 'old')).toBeNull()
  })

  it('refuses a blank text, and drops what XML cannot hold', () => {
    expect(withAltText(null, ' \n\u0007')).toBeNull()
    const created = withAltText(null, 'a\0b\ufffec\ud800d\u001be')
    expect(readXmp(created ?? new Uint8Array())?.altText).toBe('abc\ufffdde')
  })
})

describe('random XMP documents', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 12 })
  const escaped = word.map((text) =>
    text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`).replace(/\p{Cc}/gu, ''),
  )
  const space = fc.constantFrom(
    '',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '<!-- note: </rdf:RDF> -->',
    '<?note </rdf:RDF>?>',
  )
  const property = fc.oneof(
    escaped.map((text) => `<dc:title>${text}</dc:title>`),
    escaped.map(
      (text) => `<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>${text}</rdf:li></rdf:Alt></dc:rights>`,
    ),
    escaped.map(
      (text) =>
        `<darktable:history><rdf:Seq><rdf:li darktable:params="${text}"/></rdf:Seq></darktable:history>`,
    ),
    fc.constant('<dc:source><![CDATA[</rdf:RDF>]]></dc:source>'),
  )
  const description = fc
    .tuple(
      fc.constantFrom('', ' rdf:about=""'),
      escaped,
      fc.array(fc.tuple(space, property), { maxLength: 4 }),
      space,
    )
    .map(([about, label, inside, last]) => {
      const attributes = `${about} xmp:Label="${label}"`
      return `<rdf:Description${attributes}>${inside.flat().join('')}${last}</rdf:Description>`
    })
  const document = fc
    .tuple(
      fc.array(fc.tuple(space, description), { maxLength: 3 }),
      space,
      fc.constantFrom('utf8', 'utf16le'),
    )
    .map(([inside, last, encoding]) => {
      const text = xmpText(inside.flat().join('') + last)
      return encoding === 'utf8' ? bytesOf(text) : utf16(text.replaceAll('\ufeff', ''))
    })

  it('keeps every other byte of a random document', () => {
    fc.assert(
      fc.property(document, word, word, (original, first, second) => {
        const texts = [`1 ${first}`, `2 ${second}`] as const
        const edited = withAltText(original, texts[0])
        if (!edited) throw new Error('A valid document was refused.')
        addedBytes(original, edited)
        const written = readXmp(edited)
        expect(written).toEqual({ ...readXmp(original), altText: written?.altText })
        const again = withAltText(edited, texts[1], texts[0])
        expect(again).toEqual(withAltText(original, texts[1]))
        expect(withAltText(edited, texts[1], 'another text')).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  it('edits the files of exiftool in all encodings', async () => {
    for (const name of ['sidecar-unicode.xmp', 'sidecar-utf16le.xmp', 'sidecar-utf16be.xmp']) {
      // These files have an alt text in two languages.
      expect(withAltText(await metadataFile(name), altText)).toBeNull()
    }
  })
})
