import { describe, expect, it } from 'vitest'
import { readXmp } from '../../../src/base/metadata/xmp.ts'
import {
  alternatives,
  bytesOf,
  darktableFile,
  declarations,
  lightroomFile,
  xmpOf,
  xmpText,
} from '../../support/fixtures/metadata/documents.ts'
import { expectedMetadata, headlineOf } from '../../support/fixtures/metadata/fields.ts'
import { metadataFile } from '../../support/fixtures/metadata/photos.ts'

describe('the XMP files of exiftool', () => {
  it.each([
    ['sidecar-latin.xmp', 'latin'],
    ['sidecar-unicode.xmp', 'unicode'],
    ['sidecar-utf16le.xmp', 'unicode'],
    ['sidecar-utf16be.xmp', 'unicode'],
  ] as const)('reads every field of %s', async (name, alphabet) => {
    expect(readXmp(await metadataFile(name))).toEqual({
      ...expectedMetadata(alphabet),
      headline: headlineOf(alphabet),
      modifiedAt: '2026-06-02T10:00:00+02:00',
      ownerExtension: 'JPG',
    })
  })

  it('reads UTF-16 without a byte order mark', async () => {
    for (const name of ['sidecar-utf16le.xmp', 'sidecar-utf16be.xmp']) {
      const bytes = await metadataFile(name)
      expect(readXmp(bytes.subarray(2))).toEqual(readXmp(bytes))
    }
  })
})

describe('the XMP files of other programs', () => {
  it('reads attributes, dates with fractions and entities as Lightroom writes them', () => {
    expect(readXmp(bytesOf(lightroomFile))).toMatchObject({
      title: 'Rope & light',
      rating: 5,
      takenAt: '2026-06-01T18:30:00',
      modifiedAt: '2026-06-02T10:00:00+02:00',
      ownerExtension: 'ARW',
    })
  })

  it('reads a rating and a keyword beside the history of darktable', () => {
    expect(readXmp(bytesOf(darktableFile))).toMatchObject({ rating: 3, keywords: ['rope'], title: null })
  })

  it('reads properties in several descriptions of the same photo', () => {
    const two = xmpText(
      '<rdf:Description rdf:about=""><dc:title>First</dc:title></rdf:Description>' +
        '<rdf:Description rdf:about="" xmp:Rating="2"><dc:title>Second</dc:title></rdf:Description>',
    )
    expect(readXmp(bytesOf(two))).toMatchObject({ title: 'First', rating: 2 })
  })

  it('ignores the description of another resource', () => {
    const two = xmpText(
      '<rdf:Description rdf:about="uuid:1" xmp:Rating="2"/>' +
        '<rdf:Description rdf:about="uuid:2"><dc:title>Other</dc:title></rdf:Description>',
    )
    expect(readXmp(bytesOf(two))).toMatchObject({ title: null, rating: 2 })
  })

  it('recognises properties by their namespace under any prefix', () => {
    const text = `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <r:Description xmlns:a="http://purl.org/dc/elements/1.1/" xmlns:dc="urn:other" dc:title="Wrong">
        <a:title>Right</a:title>
      </r:Description></r:RDF>`
    expect(readXmp(bytesOf(text))).toMatchObject({ title: 'Right' })
  })

  it('reads RDF in the default namespace', () => {
    const text = `<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Description>
      <title xmlns="http://purl.org/dc/elements/1.1/">Right</title></Description></RDF>`
    expect(readXmp(bytesOf(text))).toMatchObject({ title: 'Right' })
  })

  it('reads a text with qualifiers', () => {
    const inside =
      '<dc:title rdf:parseType="Resource"><rdf:value>A</rdf:value><xmp:Note>n</xmp:Note></dc:title>'
    expect(readXmp(xmpOf(inside))?.title).toBe('A')
    const item = '<dc:rights><rdf:Alt><rdf:li><rdf:Description rdf:value="B"/></rdf:li></rdf:Alt></dc:rights>'
    expect(readXmp(xmpOf(item))?.copyright).toBe('B')
  })

  it('reads CDATA, comments and character references in a text', () => {
    const text = '<dc:title>a<!-- no -->b<![CDATA[<&>]]>&#x1f345;&#233;&apos;</dc:title>'
    expect(readXmp(xmpOf(text))?.title).toBe("ab<&>🍅é'")
  })

  it('reads a list with one entry, a plain text and a plain attribute as lists', () => {
    const one = '<dc:subject><rdf:Bag><rdf:li>rope</rdf:li></rdf:Bag></dc:subject>'
    expect(readXmp(xmpOf(one))?.keywords).toEqual(['rope'])
    expect(readXmp(xmpOf('<dc:creator>Ann</dc:creator>'))?.creators).toEqual(['Ann'])
    expect(readXmp(xmpOf('', ' dc:creator="Ann"'))?.creators).toEqual(['Ann'])
  })

  it('reads a document that ends in zeros', () => {
    expect(readXmp(bytesOf(`${xmpText('<rdf:Description xmp:Rating="1"/>')}\0\0\0`))?.rating).toBe(1)
  })
})

describe('the fields', () => {
  it('chooses the language, the language without its region, another region, the default, then the first', () => {
    const bytes = xmpOf(alternatives('dc:title', { 'x-default': 'D', 'de-AT': 'A', de: 'B', 'fr-FR': 'F' }))
    const title = (...languages: string[]) => readXmp(bytes, languages)?.title
    expect(title('de-AT')).toBe('A')
    expect(title('de-CH')).toBe('B')
    expect(title('DE')).toBe('B')
    expect(title('fr-CH')).toBe('F')
    expect(title('it')).toBe('D')
    expect(title('it', 'fr')).toBe('F')
    expect(title()).toBe('D')
    expect(readXmp(xmpOf(alternatives('dc:title', { en: 'E', fr: 'F' })))?.title).toBe('E')
  })

  it('skips a blank alternative', () => {
    expect(readXmp(xmpOf(alternatives('dc:title', { 'x-default': ' ', en: 'E' })))?.title).toBe('E')
  })

  it('falls back to the headline for the title', () => {
    expect(readXmp(xmpOf('', ' photoshop:Headline="H"'))).toMatchObject({ title: 'H', headline: 'H' })
  })

  it('falls back to the leaves of the keyword tree', () => {
    const tree =
      '<lr:hierarchicalSubject><rdf:Bag><rdf:li>Art|Rope</rdf:li><rdf:li>Person</rdf:li></rdf:Bag></lr:hierarchicalSubject>'
    expect(readXmp(xmpOf(tree))?.keywords).toEqual(['Rope', 'Person'])
  })

  it.each([
    ['5', 5],
    ['-1', -1],
    ['0', 0],
    ['4.0', 4],
    ['4.5', null],
    ['6', null],
    ['-2', null],
    ['five', null],
    ['', null],
  ])('reads the rating "%s" as %s', (written, stars) => {
    expect(readXmp(xmpOf('', ` xmp:Rating="${written}"`))?.rating).toBe(stars)
  })

  it.each([
    [0, 0],
    [1, 1],
    [25, 2],
    [50, 3],
    [75, 4],
    [99, 5],
    [101, null],
  ])('reads the percentage %s of Windows as %s stars', (percent, stars) => {
    const description = `<rdf:Description xmlns:m="http://ns.microsoft.com/photo/1.0/" m:Rating="${percent}"/>`
    expect(readXmp(bytesOf(xmpText(description)))?.rating).toBe(stars)
  })

  it.each([
    ['2026-06-01T18:30:00', '2026-06-01T18:30:00'],
    ['2026-06-01T18:30', '2026-06-01T18:30:00'],
    ['2026-06-01T18:30:00.123Z', '2026-06-01T18:30:00+00:00'],
    ['2026-06-01T18:30:00-0330', '2026-06-01T18:30:00-03:30'],
    ['2026-06-01T18:30:00+19:00', '2026-06-01T18:30:00'],
    ['2026-06-01', null],
    ['2026-02-30T18:30:00', null],
    ['0000-00-00T00:00:00', null],
    ['yesterday', null],
  ])('reads the time %s as %s', (written, time) => {
    expect(readXmp(xmpOf('', ` exif:DateTimeOriginal="${written}"`))?.takenAt).toBe(time)
    expect(readXmp(xmpOf('', ` photoshop:DateCreated="${written}"`))?.takenAt).toBe(time)
  })

  it('bounds all texts, and splits no grapheme', () => {
    const family = '👩‍👩‍👧‍👦'
    const list = (property: string, count: number) =>
      `<${property}><rdf:Bag>${Array.from({ length: count }, (_, at) => `<rdf:li>${at}${family.repeat(40)}</rdf:li>`).join('')}</rdf:Bag></${property}>`
    const long = family.repeat(600)
    const found = readXmp(
      xmpOf(
        alternatives('dc:title', { 'x-default': long }) +
          alternatives('dc:description', { 'x-default': long }) +
          alternatives('dc:rights', { 'x-default': long }) +
          alternatives('xmpRights:UsageTerms', { 'x-default': long }) +
          alternatives('Iptc4xmpCore:AltTextAccessibility', { 'x-default': long }) +
          list('dc:subject', 300) +
          list('dc:creator', 30),
      ),
    )
    const { title, description, copyright, usageTerms, altText, keywords = [], creators = [] } = found ?? {}
    const wholeFamilies = (limit: number) => family.repeat(Math.floor(limit / family.length))
    expect(title).toBe(wholeFamilies(500))
    expect(description).toBe(wholeFamilies(5000))
    expect(copyright).toBe(wholeFamilies(1000))
    expect(usageTerms).toBe(wholeFamilies(2000))
    expect(altText).toBe(wholeFamilies(2000))
    expect(keywords).toHaveLength(200)
    expect(creators).toHaveLength(20)
    expect(keywords[0]).toBe(`0${wholeFamilies(99)}`)
    expect(creators[0]).toBe(`0${wholeFamilies(199)}`)
  })

  it('returns no text for a single grapheme over the limit', () => {
    const zalgo = `a${'\u0301'.repeat(5000)}`
    expect(readXmp(xmpOf(alternatives('dc:title', { 'x-default': zalgo })))?.title).toBeNull()
  })

  it('puts a title on one line, keeps the lines of a description, and drops control characters', () => {
    const found = readXmp(
      xmpOf(
        '<dc:title> a\r\n\tb\u0007 </dc:title><dc:description>a\u0000\r\nb\u2028c\td\u0085</dc:description>',
      ),
    )
    expect(found).toMatchObject({ title: 'a b', description: 'a\nb\nc d' })
  })

  it('keeps each keyword once', () => {
    const bag = '<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li> a </rdf:li><rdf:li/></rdf:Bag></dc:subject>'
    expect(readXmp(xmpOf(bag))?.keywords).toEqual(['a'])
  })
})

describe('other documents', () => {
  const description = '<rdf:Description xmp:Rating="1"/>'
  const rdf = `<rdf:RDF${declarations}>${description}</rdf:RDF>`

  it.each([
    ['an empty file', ''],
    ['a text', 'hello'],
    ['HTML', '<html><body>hello</body></html>'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a document type', `<!DOCTYPE x>${rdf}`],
    ['an unknown entity', `<rdf:RDF${declarations}><rdf:Description dc:title="&nbsp;"/></rdf:RDF>`],
    ['a bare ampersand', `<rdf:RDF${declarations}><rdf:Description dc:title="a & b"/></rdf:RDF>`],
    ['an open tag', rdf.slice(0, -3)],
    ['a wrong end tag', rdf.replace('</rdf:RDF>', '</rdf:Rdf>')],
    ['two roots', rdf + rdf],
    ['a text after the root', `${rdf}x`],
    ['an unknown prefix', rdf.replace('rdf:Description', 'foo:Description')],
    ['an attribute twice', rdf.replace('xmp:Rating="1"', 'xmp:Rating="1" xmp:Rating="2"')],
    [
      'an attribute twice under two prefixes',
      rdf.replace('xmp:Rating="1"', 'xmlns:q="http://ns.adobe.com/xap/1.0/" xmp:Rating="1" q:Rating="2"'),
    ],
    ['an attribute without quotes', rdf.replace('"1"', '1')],
    ['an attribute with a tag', rdf.replace('"1"', '"<"')],
    ['attributes without a space', rdf.replace('xmp:Rating="1"', 'xmp:Rating="1"xmp:Label="2"')],
    ['an open comment', `${rdf}<!-- `],
    ['another encoding', `<?xml version="1.0" encoding="ISO-8859-1"?>${rdf}`],
    ['a character reference to zero', rdf.replace('"1"', '"&#0;"')],
    ['a character reference to half a pair', rdf.replace('"1"', '"&#xd83c;"')],
    ['a character reference beyond Unicode', rdf.replace('"1"', '"&#x110000;"')],
  ])('refuses %s', (_, text) => {
    expect(readXmp(bytesOf(text))).toBeNull()
  })

  it('refuses bytes that are not in the encoding of the document', () => {
    expect(readXmp(Uint8Array.of(...bytesOf(rdf), 0xe9))).toBeNull()
    expect(readXmp(Uint8Array.of(0xff, 0xfe, 0x3c))).toBeNull()
  })

  it('reads a document of one megabyte, and refuses a larger one', () => {
    const padded = (length: number) => bytesOf(rdf + ' '.repeat(length - rdf.length))
    expect(readXmp(padded(1_000_000))?.rating).toBe(1)
    expect(readXmp(padded(1_000_001))).toBeNull()
  })
})
