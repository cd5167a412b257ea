import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { timeInContainer } from '../../../src/base/picture/container.ts'
import { exifOfTime } from '../../../src/base/picture/exif.ts'
import { noise } from '../../support/fixtures/pictures.ts'

const takenAt = '2024-05-06T07:08:09+02:00'

function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  if (bytes === 8) buffer.writeBigUInt64BE(BigInt(value))
  else if (bytes > 0) buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

const box = (kind: string, ...parts: Uint8Array[]) => {
  const payload = Buffer.concat(parts)
  return Buffer.concat([number(payload.length + 8, 4), Buffer.from(kind, 'latin1'), payload])
}
const longBox = (kind: string, payload: Uint8Array) =>
  Buffer.concat([number(1, 4), Buffer.from(kind), number(payload.length + 16, 8), payload])

interface Layout {
  version: 0 | 1 | 2
  infe: 2 | 3
  /** Sizes of an offset, a length and a base, in bytes. */
  sizes: [number, number, number]
  isInMeta?: boolean
  isMetaLast?: boolean
  prefix?: string
}

/** Creates a file as phones write it: tiles of the picture, and the EXIF as the second item. */
function heic({ version, infe, sizes, isInMeta = false, isMetaLast = false, prefix = '' }: Layout): Buffer {
  const exif = Buffer.concat([number(prefix.length, 4), Buffer.from(prefix, 'latin1'), exifOfTime(takenAt)])
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'))
  const tiles = Buffer.alloc(300, 0xee)
  const mdat = longBox('mdat', isInMeta ? tiles : Buffer.concat([tiles, exif]))
  const full = (value: number) => Buffer.from([value, 0, 0, 0])
  const [offsetSize, lengthSize, baseSize] = sizes
  const idSize = version === 2 ? 4 : 2
  const item = (id: number, kind: string) =>
    box('infe', full(infe), number(id, infe === 3 ? 4 : 2), number(0, 2), Buffer.from(`${kind}\0`))
  const location = (id: number, start: number, length: number, method: number) =>
    Buffer.concat([
      number(id, idSize),
      version === 0 ? Buffer.alloc(0) : number(method, 2),
      number(0, 2),
      number(baseSize > 0 ? start : 0, baseSize),
      number(1, 2),
      number(baseSize > 0 ? 0 : start, offsetSize),
      number(length, lengthSize),
    ])
  const meta = (mdatAt: number) =>
    box(
      'meta',
      full(0),
      box('hdlr', Buffer.alloc(20)),
      box('iinf', full(infe === 3 ? 1 : 0), number(2, infe === 3 ? 4 : 2), item(7, 'hvc1'), item(9, 'Exif')),
      box('idat', isInMeta ? exif : Buffer.alloc(0)),
      box(
        'iloc',
        full(version),
        Buffer.from([(offsetSize << 4) | lengthSize, baseSize << 4]),
        number(2, idSize),
        location(7, mdatAt + 16, 300, 0),
        isInMeta ? location(9, 0, exif.length, 1) : location(9, mdatAt + 316, exif.length, 0),
      ),
    )
  if (isMetaLast) return Buffer.concat([ftyp, mdat, meta(ftyp.length)])
  return Buffer.concat([ftyp, meta(ftyp.length + meta(0).length), mdat])
}

const layouts: Layout[] = [
  { version: 0, infe: 2, sizes: [4, 4, 0] },
  { version: 0, infe: 2, sizes: [4, 4, 4], prefix: 'Exif\0\0' },
  { version: 1, infe: 2, sizes: [4, 4, 0], isInMeta: true },
  { version: 1, infe: 2, sizes: [0, 4, 4], isMetaLast: true },
  { version: 2, infe: 3, sizes: [8, 8, 8] },
]

function inPieces(bytes: Uint8Array, length: number): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += length) pieces.push(bytes.subarray(at, at + length))
  return pieces
}

describe('the time taken of an AVIF or HEIC', () => {
  it.each(layouts)('reads the time taken from an EXIF in the layout %j', (layout) => {
    const file = heic(layout)
    for (const length of [1, 7, 1000]) {
      expect(timeInContainer(inPieces(file, length), file.length)).toBe(takenAt)
    }
  })

  it('reads the time taken from a file of libheif', async () => {
    const avif = await noise(20, 10)
      .withExif({ IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', OffsetTimeOriginal: '+02:00' } })
      .avif()
      .toBuffer()
    expect(timeInContainer([avif], avif.length)).toBe(takenAt)
  })

  it('returns null for a file without EXIF and for other formats', async () => {
    const avif = await noise(20, 10).avif().toBuffer()
    for (const bytes of [
      avif,
      await sharp(avif).jpeg().toBuffer(),
      new Uint8Array(0),
      new Uint8Array(5000),
    ]) {
      expect(timeInContainer([bytes], bytes.length)).toBeNull()
    }
  })

  it('does not throw when the file is damaged or truncated', () => {
    const damaged = fc
      .record({
        file: fc.constantFrom(...layouts.map(heic)),
        cut: fc.double({ min: 0, max: 1, noNaN: true }),
        changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
      })
      .map(({ file, cut, changes }) => {
        const bytes = new Uint8Array(file.subarray(0, Math.ceil(file.length * (1 - cut / 2))))
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        return bytes
      })
    fc.assert(
      fc.property(damaged, (bytes) => {
        const time = timeInContainer([bytes], bytes.length)
        expect(time === null || typeof time === 'string').toBe(true)
      }),
    )
  })
})
