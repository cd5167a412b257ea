/** Sidecars in the encodings of other programs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../src/base/text-encoding.ts'
import { maxSidecarBytes, sidecarBytes, toSidecar } from '../../src/ports/sidecar-file.ts'
import { formatSidecar, parseSidecar, textOf, withSubmittedCaptions } from '../../src/workflow/sidecar.ts'
import { encodedAs, windows1252Sidecar } from '../support/fixtures/sidecar-examples.ts'

const at = new Date('2026-11-29T10:00:00Z')
const german = 'Kerzen über dem Boden, groß – “still”\r\n\r\n# ---\r\n# note: für später…\r\n'

function readable(bytes: Uint8Array) {
  const sidecar = toSidecar(bytes, 'r1')
  if (sidecar === 'unreadable') throw new Error('The sidecar cannot be read.')
  return sidecar
}

/** Returns the file after a person saved this caption. */
function withCaption(bytes: Uint8Array, caption: string) {
  const { text, revision } = readable(bytes)
  const document = withSubmittedCaptions(parseSidecar(text), { caption, captions: {} }, at)
  return sidecarBytes(formatSidecar(document), revision).bytes
}

describe('the encoding of a sidecar', () => {
  it.each([
    'utf-8',
    'utf-8 with a mark',
    'utf-16le',
    'utf-16be',
    'utf-16le without a mark',
    'utf-16be without a mark',
    'windows-1252',
  ] as const)('keeps the encoding of a sidecar in %s when a caption is saved', (encoding) => {
    const bytes = encodedAs(german, encoding)
    const { text } = readable(bytes)
    expect(text.replace('\ufeff', '')).toBe(german)
    const saved = withCaption(bytes, 'Größe – gemessen')
    expect(textOf(parseSidecar(readable(saved).text), 'caption')).toBe('Größe – gemessen')
    expect(saved.subarray(0, bytes.length)).toEqual(bytes)
    expect(decodeText(saved)?.encoding).toBe(decodeText(bytes)?.encoding)
  })

  it('converts the whole sidecar to UTF-8 when the caption has a character that Windows-1252 lacks', () => {
    const saved = withCaption(windows1252Sidecar, 'Nacht 🌅')
    const text = new TextDecoder('utf-8', { fatal: true }).decode(saved)
    expect(text).toContain('Kerzenlicht über dem Atelier, grün')
    expect(text).toContain('# caption: Nacht 🌅')
  })

  it('keeps every byte of the other lines when a caption is saved', () => {
    const foreign = fc
      .uint8Array({ maxLength: 60 })
      .map((bytes) => bytes.filter((byte) => byte !== 10 && byte !== 13 && byte !== 0))
    fc.assert(
      fc.property(foreign, fc.constantFrom('Größe', 'plain', 'a – b'), (line, caption) => {
        const head = [
          ...new TextEncoder().encode('x'),
          0xfc,
          ...line,
          ...new TextEncoder().encode('\n\n# ---\n'),
        ]
        const bytes = Uint8Array.from(head)
        fc.pre(toSidecar(bytes, 'r') !== 'unreadable')
        const saved = withCaption(bytes, caption)
        if (decodeText(saved)?.encoding === decodeText(bytes)?.encoding) {
          expect(saved.subarray(0, bytes.length)).toEqual(bytes)
        }
        expect(readable(saved).text.startsWith(readable(bytes).text)).toBe(true)
      }),
    )
  })

  it('restores the exact bytes of every decodable file', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = decodeText(bytes)
        if (decoded) expect(encodeText(decoded.text, decoded.encoding)).toEqual(bytes)
      }),
    )
  })

  it('restores every encodable text in any encoding', () => {
    const encoding = fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'windows-1252')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), encoding, (text, before) => {
        const bytes = encodeText(text, before)
        if (bytes) expect(decodeText(bytes)?.text).toBe(text)
      }),
    )
  })

  it.each([
    ['a UTF-8 text with a byte of Windows-1252', [...new TextEncoder().encode('für Möwen '), 0xfc]],
    ['UTF-16 with half a character', [0xff, 0xfe, 0x41]],
  ])('treats %s as unreadable', (_, bytes) => {
    expect(toSidecar(Uint8Array.from(bytes), 'r')).toBe('unreadable')
  })

  it('reads a text as Windows-1252 when some letters happen to form a UTF-8 sequence', () => {
    const text = 'é à «CAFÉ»'
    expect(readable(encodedAs(text, 'windows-1252')).text).toBe(text)
  })

  it('refuses a text whose encoded bytes exceed the limit', () => {
    const text = 'x'.repeat(maxSidecarBytes / 2)
    const { revision } = readable(encodedAs('rope', 'utf-16le'))
    expect(() => sidecarBytes(text, revision)).not.toThrow()
    expect(() => sidecarBytes(`\ufeff${text}`, revision)).toThrow(/64 KB/)
  })
})
