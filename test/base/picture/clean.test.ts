import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { isPublisherError } from '../../../src/base/errors.ts'
import { stripperOf, withoutMetadata } from '../../../src/base/picture/clean.ts'
import { openCleanStream } from '../../../src/base/picture/clean-stream.ts'
import { readPictureFacts } from '../../../src/base/picture/header.ts'
import { createInput } from '../../../src/base/picture/input.ts'
import { noise, plain, probe, sourceOf } from '../../support/fixtures/pictures.ts'
import {
  canariesIn,
  canaryAnimation,
  canaryJpeg,
  canaryPng,
  canaryWebp,
  segment,
  takenAt,
} from '../../support/fixtures/pictures-with-metadata.ts'

const makers = { jpeg: canaryJpeg, png: canaryPng, webp: canaryWebp }
const pictures = {
  jpeg: await canaryJpeg({ orientation: 6 }),
  png: await canaryPng({ orientation: 6 }),
  webp: await canaryWebp({ orientation: 6 }),
  'webp animation': await canaryAnimation(),
}
const cases = Object.entries(pictures)
const plainJpeg = await noise(40, 30).jpeg().toBuffer()
const plainPng = await noise(40, 30).png().toBuffer()

/** Decodes the stored pixels of all frames. */
const pixels = (bytes: Uint8Array) => sharp(bytes, { animated: true }).raw().toBuffer()
/** Decodes the pixels of the upright picture. */
const upright = (bytes: Uint8Array) => sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true })

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(stream).arrayBuffer())
}

/** Counts the steps and the output bytes of the parser of these bytes. */
function stepsOver(bytes: Uint8Array): { steps: number; written: number } {
  const input = createInput()
  input.push(bytes)
  input.end()
  const type = readPictureFacts(bytes)
  const running = stripperOf(typeof type === 'object' ? type.mediaType : 'image/jpeg', 1)(input)
  let written = 0
  for (let steps = 1; ; steps++) {
    try {
      const step = running.next()
      if (step.done) return { steps, written }
      written += step.value?.length ?? 0
    } catch (error) {
      if (!isPublisherError(error, 'photo_unreadable')) throw error
      return { steps, written }
    }
  }
}

describe('a clean copy', () => {
  it.each(cases)('removes every metadata canary from a %s', (_, bytes) => {
    expect(canariesIn(bytes)).not.toEqual([])
    expect(canariesIn(withoutMetadata(bytes).bytes)).toEqual([])
  })

  it.each(cases)('keeps the pixels of a %s identical to the bit', async (_, bytes) => {
    const clean = withoutMetadata(bytes).bytes
    expect((await pixels(clean)).equals(await pixels(bytes))).toBe(true)
  })

  it.each(Object.entries(makers))(
    'keeps every orientation of a %s, and writes no EXIF when the picture is upright',
    async (_, make) => {
      for (let orientation = 1; orientation <= 8; orientation++) {
        const original = await make({ orientation })
        const clean = withoutMetadata(original).bytes
        const [seen, expected] = [await upright(clean), await upright(original)]
        expect([seen.info.width, seen.info.height, seen.data.equals(expected.data)]).toEqual([
          expected.info.width,
          expected.info.height,
          true,
        ])
        const { exif, xmp, iptc, comments } = await sharp(clean).metadata()
        expect([exif !== undefined, xmp, iptc, comments]).toEqual([
          orientation !== 1,
          undefined,
          undefined,
          undefined,
        ])
      }
    },
  )

  it.each(cases)('changes nothing in a %s that is already clean', (_, bytes) => {
    const once = withoutMetadata(bytes).bytes
    expect(Buffer.from(withoutMetadata(once).bytes)).toEqual(Buffer.from(once))
  })

  it('keeps the colour profile of a picture', async () => {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const original = await plain(9, 9).withIccProfile('p3')[format]().toBuffer()
      const [kept, had] = [
        await sharp(withoutMetadata(original).bytes).metadata(),
        await sharp(original).metadata(),
      ]
      expect(kept.icc).toEqual(had.icc)
    }
  })

  it('adds the missing end marker of a JPEG', async () => {
    const original = await noise(40, 30).jpeg().toBuffer()
    const clean = withoutMetadata(original.subarray(0, -2)).bytes
    expect(Buffer.from(clean)).toEqual(original)
  })

  it('completes a PNG whose end chunk is missing or truncated', async () => {
    const original = await noise(40, 30).png().toBuffer()
    for (const missing of [12, 8, 5]) {
      const clean = withoutMetadata(original.subarray(0, -missing)).bytes
      expect(Buffer.from(clean)).toEqual(Buffer.from(withoutMetadata(original).bytes))
    }
  })

  it.each([
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><text>CANARY</text></svg>')],
    ['HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heicmif1', 'latin1')],
    ['TIFF', Buffer.from('II*\0\x08\0\0\0CANARY and more', 'latin1')],
    ['an empty file', Buffer.alloc(0)],
    [
      'a JPEG without a frame',
      Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xda, 'scan'), Buffer.from('data')]),
    ],
    ['a JPEG that ends in its header', plainJpeg.subarray(0, 100)],
    ['a PNG that ends in its header', plainPng.subarray(0, 40)],
    ['a PNG that ends in its pixels', plainPng.subarray(0, -20)],
    [
      'a WebP without pixels',
      Buffer.from('RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x01\0\0\x01\0\0', 'latin1'),
    ],
  ])('refuses to clean %s', (_, bytes) => {
    expect(() => withoutMetadata(bytes)).toThrow(expect.objectContaining({ code: 'photo_unreadable' }))
  })

  it('keeps the pixels and removes the metadata of any picture', async () => {
    const format = fc.constantFrom('jpeg', 'png', 'webp')
    const options = fc.record({
      progressive: fc.boolean(),
      quality: fc.integer({ min: 1, max: 100 }),
      lossless: fc.boolean(),
      subsampling: fc.constantFrom('4:4:4', '4:2:0'),
    })
    const size = fc.integer({ min: 1, max: 70 })
    const orientation = fc.integer({ min: 1, max: 8 })
    await fc.assert(
      fc.asyncProperty(
        format,
        options,
        size,
        size,
        orientation,
        fc.boolean(),
        async (kind, how, width, height, turned, alpha) => {
          const picture = (alpha ? noise(width, height).ensureAlpha(0.4) : noise(width, height))
            .withExif({ IFD0: { Artist: 'CANARY' } })
            .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">CANARY</x:xmpmeta>')
            .withMetadata({ orientation: turned })
          const { progressive, quality, lossless, subsampling } = how
          const original = await {
            jpeg: () => picture.jpeg({ progressive, quality, chromaSubsampling: subsampling }),
            png: () => picture.png({ progressive }),
            webp: () => picture.webp({ quality, lossless, effort: 0 }),
          }
            [kind]()
            .toBuffer()
          const clean = withoutMetadata(original).bytes
          expect(canariesIn(clean)).toEqual([])
          expect((await pixels(clean)).equals(await pixels(original))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('takes a linear number of steps and adds at most an end marker for any bytes', () => {
    const start = fc.constantFrom(
      ...cases.map(([, bytes]) => bytes),
      Buffer.from([0xff, 0xd8]),
      Buffer.alloc(0),
    )
    const noiseBytes = fc.uint8Array({ maxLength: 400 })
    fc.assert(
      fc.property(start, fc.nat(20_000), noiseBytes, (beginning, cut, rest) => {
        const bytes = Buffer.concat([beginning.subarray(0, cut), rest])
        const { steps, written } = stepsOver(bytes)
        expect(written).toBeLessThanOrEqual(bytes.length + 2)
        expect(steps).toBeLessThanOrEqual(bytes.length + 10)
      }),
    )
  })

  const frame = Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xc0, '\x08\0\x08\0\x08\x01\x01\x11\0')])
  it.each([
    ['fill bytes', Buffer.concat([frame, Buffer.alloc(200_000, 0xff)])],
    ['stuffed zeros', Buffer.concat([frame, Buffer.alloc(200_000, Buffer.from([0xff, 0]))])],
    ['empty comments', Buffer.concat([frame, Buffer.alloc(200_000, Buffer.from([0xff, 0xfe, 0, 2]))])],
    ['fill bytes in a scan', Buffer.concat([frame, segment(0xda, 'scan'), Buffer.alloc(200_000, 0xff)])],
    [
      'restarts in a scan',
      Buffer.concat([frame, segment(0xda, 'scan'), Buffer.alloc(200_000, Buffer.from([0xff, 0xd0]))]),
    ],
    ['scans', Buffer.concat([frame, Buffer.alloc(200_000, segment(0xda, 'scan'))])],
  ])('takes few steps over a JPEG that consists of %s', (_, bytes) => {
    expect(stepsOver(bytes).steps).toBeLessThan(5_000)
  })
})

describe('a stream of a clean copy', () => {
  const sourceFor = (bytes: Uint8Array, chunk?: number) => ({
    size: bytes.length,
    open: async () => sourceOf(bytes, { ...(chunk && { chunk }) }).body,
  })

  it.each(cases)('streams the same bytes of a %s for every chunk size', async (_, bytes) => {
    const whole = Buffer.from(withoutMetadata(bytes).bytes)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: bytes.length }), async (chunk) => {
        const { body } = await openCleanStream(sourceFor(bytes, chunk))
        expect((await bytesOf(body)).equals(whole)).toBe(true)
      }),
      { numRuns: 25, examples: [[1], [2], [3]] },
    )
  })

  it('rejects a file that is not a picture before the first byte, and releases the source', async () => {
    for (const bytes of [Buffer.from('<html>'.repeat(50)), plainJpeg.subarray(0, 100)]) {
      const source = sourceOf(bytes)
      const opening = openCleanStream({ size: bytes.length, open: async () => source.body })
      await expect(opening).rejects.toMatchObject({ code: 'photo_unreadable' })
      expect(source.isCancelled() || source.pulled() === bytes.length).toBe(true)
    }
  })

  it('fails without passing on raw bytes when the picture turns out to be damaged', async () => {
    const png = await noise(300, 200).png().toBuffer()
    const cut = png.subarray(0, png.length - 400)
    const { body } = await openCleanStream(sourceFor(cut))
    await expect(bytesOf(body)).rejects.toMatchObject({ code: 'photo_unreadable' })
  })

  it('fails when the source is shorter than its declared size', async () => {
    const bytes = await noise(400, 300).jpeg().toBuffer()
    const half = bytes.subarray(0, bytes.length / 2)
    const { body } = await openCleanStream({ ...sourceFor(half), size: bytes.length })
    await expect(bytesOf(body)).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('reads neither beyond the picture nor far ahead of its reader', async () => {
    const bytes = await noise(800, 600).jpeg().toBuffer()
    const source = sourceOf(Buffer.concat([bytes, Buffer.alloc(5_000_000)]))
    const { body } = await openCleanStream({ size: source.size, open: async () => source.body })
    const reader = body.getReader()
    await reader.read()
    expect(source.pulled()).toBeLessThanOrEqual(3 * 65_536)
    while (!(await reader.read()).done);
    expect(source.isCancelled()).toBe(true)
    expect(source.pulled()).toBeLessThan(bytes.length + 65_536)
  })

  it('cancels the source when the reader cancels', async () => {
    const source = sourceOf(await noise(800, 600).jpeg().toBuffer())
    const { body } = await openCleanStream({ size: source.size, open: async () => source.body })
    await body.cancel()
    expect(source.isCancelled()).toBe(true)
  })

  it('rejects with the error of the source', async () => {
    const failing = probe(1000, () => {
      throw new Error('the line broke')
    })
    await expect(openCleanStream({ size: 1000, open: async () => failing.body })).rejects.toThrow(
      'the line broke',
    )
  })
})

describe('the facts of a picture', () => {
  it('reads orientation and time taken, and ignores an impossible date', () => {
    expect(readPictureFacts(pictures.jpeg)).toEqual({
      mediaType: 'image/jpeg',
      width: 90,
      height: 60,
      orientation: 6,
      takenAt,
    })
    expect(readPictureFacts(pictures.png)).toMatchObject({ orientation: 6, takenAt })
    const dateless = Buffer.from(pictures.jpeg)
    dateless.write('0000:00:00 00:00:00', dateless.indexOf('2026:06:01'))
    expect(readPictureFacts(dateless)).toMatchObject({ takenAt: null })
  })
})
