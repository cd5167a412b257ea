import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMetadataReader } from '../../../src/base/metadata/embedded.ts'
import { photographerMetadata } from '../../../src/base/metadata/merge.ts'
import { readXmp } from '../../../src/base/metadata/xmp.ts'
import { withAltText } from '../../../src/base/metadata/xmp-alt-text.ts'
import {
  bytesOf,
  darktableFile,
  declarations,
  lightroomFile,
  xmpText,
} from '../../support/fixtures/metadata/documents.ts'
import { metadataFile, metadataFiles } from '../../support/fixtures/metadata/photos.ts'

const rdf = (inside: string) => `<rdf:RDF${declarations}>${inside}</rdf:RDF>`
const description = (inside: string) => rdf(`<rdf:Description>${inside}</rdf:Description>`)
const lol = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('')

/** Documents whose every part is as bad as a megabyte allows. `null`: must be refused. */
const documents: readonly [what: string, text: string, expected: null | 'read'][] = [
  [
    'a billion laughs',
    `<!DOCTYPE x [<!ENTITY l0 "lol">${lol}]>${description('<dc:title>&l9;</dc:title>')}`,
    null,
  ],
  [
    'an external entity',
    `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${description('<dc:title>&e;</dc:title>')}`,
    null,
  ],
  [
    'an external document type',
    `<!DOCTYPE x SYSTEM "https://attacker.example/x.dtd">${description('')}`,
    null,
  ],
  ['a document type inside the RDF', description('<!DOCTYPE x>'), null],
  ['deep nesting', description('<dc:title>'.repeat(80_000) + '</dc:title>'.repeat(10_000)), null],
  ['deep nesting that closes', description('<a>'.repeat(90_000) + '</a>'.repeat(90_000)), null],
  ['nested lists', description('<dc:title><rdf:Alt><rdf:li>'.repeat(20)), null],
  ['too many elements', description('<a/>'.repeat(240_000)), null],
  [
    'too many attributes',
    rdf(`<rdf:Description ${Array.from({ length: 100_001 }, (_, at) => `a${at}=""`).join(' ')}/>`),
    null,
  ],
  [
    'many attributes',
    rdf(`<rdf:Description ${Array.from({ length: 49_000 }, (_, at) => `a${at}=""`).join(' ')}/>`),
    'read',
  ],
  [
    'many namespaces',
    rdf(
      `<rdf:Description ${Array.from({ length: 30_000 }, (_, at) => `xmlns:n${at}="u${at}"`).join(' ')}><n29999:a/></rdf:Description>`,
    ),
    'read',
  ],
  [
    'a namespace in every element',
    description(Array.from({ length: 24_000 }, (_, at) => `<a xmlns="u${at % 7}"/>`).join('')),
    'read',
  ],
  [
    'a huge namespace of many names',
    rdf(
      `<rdf:Description xmlns:z="${'n'.repeat(600_000)}">${Array.from({ length: 20_000 }, (_, at) => `<z:a${at}/>`).join('')}</rdf:Description>`,
    ),
    null,
  ],
  ['a huge attribute', rdf(`<rdf:Description dc:title="${'x'.repeat(990_000)}"/>`), 'read'],
  ['a huge text', description(`<dc:title>${'x'.repeat(990_000)}</dc:title>`), 'read'],
  ['a huge blank text', description(`<dc:title>${' '.repeat(990_000)}</dc:title>`), 'read'],
  ['references only', description(`<dc:title>${'&#x41;'.repeat(160_000)}</dc:title>`), 'read'],
  ['an ampersand without an end', description(`<dc:title>${'&'.repeat(900_000)}</dc:title>`), null],
  ['a reference without an end', description(`<dc:title>&${'a'.repeat(900_000)};</dc:title>`), null],
  [
    'a huge bag',
    description(`<dc:subject><rdf:Bag>${'<rdf:li>k</rdf:li>'.repeat(49_000)}</rdf:Bag></dc:subject>`),
    'read',
  ],
  [
    'a huge bag of different words',
    description(
      `<dc:subject><rdf:Bag>${Array.from({ length: 40_000 }, (_, at) => `<rdf:li>${at}</rdf:li>`).join('')}</rdf:Bag></dc:subject>`,
    ),
    'read',
  ],
  [
    'many alternatives',
    description(
      `<dc:title><rdf:Alt>${'<rdf:li xml:lang="de">x</rdf:li>'.repeat(24_000)}</rdf:Alt></dc:title>`,
    ),
    'read',
  ],
  ['many descriptions', rdf('<rdf:Description rdf:about="" />'.repeat(24_000)), 'read'],
  ['many comments', description('<!---->'.repeat(140_000)), 'read'],
  ['an open comment', description('<!--'.repeat(240_000)), null],
  ['an open CDATA section', description(`<dc:title><![CDATA[${']]'.repeat(400_000)}</dc:title>`), null],
  ['many CDATA sections', description(`<dc:title>${'<![CDATA[]]>'.repeat(80_000)}</dc:title>`), 'read'],
  ['a CDATA section outside of the root', `<![CDATA[x]]>${description('')}`, null],
  ['an open instruction', `<?${'?'.repeat(900_000)}`, null],
  ['opening brackets only', '<'.repeat(990_000), null],
  ['quotes only', `<a ${'"'.repeat(900_000)}`, null],
  ['an open attribute', `<a b="${'<'.repeat(900_000)}`, null],
  ['spaces in a tag', rdf(`<rdf:Description ${' '.repeat(900_000)}/>`), 'read'],
  ['spaces in an end tag', `${rdf('').slice(0, -1)}${' '.repeat(900_000)}>`, 'read'],
  ['a long name', `<${'a'.repeat(990_000)}/>`, null],
  ['a zero', description('<dc:title>a\0b</dc:title>'), 'read'],
  ['zeros only', '\0'.repeat(900_000), null],
  ['combining marks', description(`<dc:description>${'a\u0301'.repeat(300_000)}</dc:description>`), 'read'],
  [
    'RDF that refers to itself',
    rdf(
      '<rdf:Description rdf:about="#a" rdf:ID="a"><dc:title rdf:resource="#a"/><dc:creator rdf:nodeID="n"/><rdf:Description rdf:nodeID="n"/></rdf:Description>',
    ),
    'read',
  ],
  [
    'a value within a value',
    description(`<dc:title>${'<rdf:value>'.repeat(90)}x${'</rdf:value>'.repeat(90)}</dc:title>`),
    'read',
  ],
  [
    'names of prototypes',
    rdf('<rdf:Description __proto__="x" constructor="y"><dc:title>t</dc:title><toString/></rdf:Description>'),
    'read',
  ],
  ['bidirectional controls', description('<dc:title>a\u202eb</dc:title>'), 'read'],
  ['unpaired surrogates by reference', description('<dc:title>&#xd800;&#xdc00;</dc:title>'), null],
]

describe('hostile XMP', () => {
  it.each(documents)('handles %s', (_, text, expected) => {
    const bytes = bytesOf(text)
    expect(bytes.length).toBeLessThanOrEqual(1_000_000)
    expect(readXmp(bytes) === null ? null : 'read').toBe(expected)
    if (expected === null) expect(withAltText(bytes, 'x')).toBeNull()
  })

  it.each(documents)('handles %s in UTF-16', (_, text, expected) => {
    const bytes = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))
    const isTooLong = bytes.length > 1_000_000
    expect(readXmp(bytes) === null ? null : 'read').toBe(isTooLong ? null : expected)
  })

  it('reads the same from each document at any prefix of its bytes: the whole, or nothing', () => {
    for (const text of [lightroomFile, darktableFile, xmpText('<rdf:Description xmp:Rating="1"/>')]) {
      const bytes = bytesOf(text)
      const whole = JSON.stringify(readXmp(bytes))
      for (let length = 0; length < bytes.length; length++) {
        const found = readXmp(bytes.subarray(0, length))
        if (found !== null) expect(JSON.stringify(found)).toBe(whole)
      }
    }
  })
})

/** Pieces of markup, so that random documents reach far into the parser. */
const pieces = fc.constantFrom(
  ...[
    '<',
    '>',
    '/>',
    '</',
    '&',
    ';',
    '"',
    "'",
    '=',
    ' ',
    '\0',
    '\ufeff',
    '\n',
    'x',
    '🌅',
    '-1',
    '&amp;',
    '&#65;',
    '&#x;',
  ],
  ...[
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '<!DOCTYPE x>',
    'xmlns:dc="u"',
    'xmlns=""',
    ' xml:lang="de"',
  ],
  ...[
    '<rdf:Description>',
    '</rdf:Description>',
    '<rdf:Description',
    ' rdf:about=""',
    ' dc:title="t"',
    '<dc:title>',
    '</dc:title>',
  ],
  ...[
    '<rdf:Alt>',
    '</rdf:Alt>',
    '<rdf:li>',
    '</rdf:li>',
    '<rdf:value>',
    '</rdf:value>',
    '</rdf:RDF>',
    `<rdf:RDF${declarations}>`,
  ],
  ...['<Iptc4xmpCore:AltTextAccessibility>', '</Iptc4xmpCore:AltTextAccessibility>', ' xmp:Rating="5"'],
)
const anyMarkup = fc.array(pieces, { maxLength: 60 }).map((found) => found.join(''))

/** Does all that this program does with an XMP file. */
function useXmp(bytes: Uint8Array): void {
  readXmp(bytes, ['de-CH', 'en'])
  photographerMetadata({ beside: [bytes, bytes], embedded: { xmp: bytes, iptc: bytes, exif: bytes } }, ['de'])
  const edited = withAltText(bytes, 'New text')
  if (edited) expect(readXmp(edited)?.altText).toBe('New text')
}

describe('random XMP', () => {
  it('never throws on random markup', () => {
    fc.assert(
      fc.property(anyMarkup, (inside) => {
        useXmp(bytesOf(inside))
        useXmp(bytesOf(description(inside)))
      }),
      { numRuns: 500 },
    )
  })

  it('never throws on real files with random changes to their bytes', async () => {
    const files = await Promise.all(
      ['sidecar-unicode.xmp', 'sidecar-utf16le.xmp', 'sidecar-utf16be.xmp'].map(metadataFile),
    )
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(change, { maxLength: 5 }),
        fc.nat(),
        (file, changes, end) => {
          const bytes = file.slice()
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte
          useXmp(bytes)
          useXmp(bytes.subarray(0, end % bytes.length))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('never throws on photos with random changes to their bytes', async () => {
    const names = (await metadataFiles()).filter((name) => !name.endsWith('.xmp'))
    const files = await Promise.all(names.map(metadataFile))
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(change, { maxLength: 8 }),
        fc.nat(),
        (file, changes, cut) => {
          const bytes = file.slice()
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte
          const reader = createMetadataReader()
          reader.push(bytes.subarray(0, cut % bytes.length))
          reader.push(bytes.subarray(cut % bytes.length))
          reader.end()
          expect(reader.isDone()).toBe(true)
          photographerMetadata({ embedded: reader.blocks() ?? null })
        },
      ),
      { numRuns: 500 },
    )
  })

  it('never throws on random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), useXmp), { numRuns: 300 })
  })
})
