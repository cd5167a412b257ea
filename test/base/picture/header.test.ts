import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { withoutMetadata } from '../../../src/base/picture/clean.ts'
import { fittedLongSide, fittedSize, turnBox } from '../../../src/base/picture/fit.ts'
import { readPictureHeader } from '../../../src/base/picture/header.ts'
import { artist, carriesMetadata, noise, plain, tellTale } from '../../support/fixtures/pictures.ts'

const formats = {
  jpeg: await noise(91, 57).jpeg().toBuffer(),
  'progressive jpeg': await noise(91, 57).jpeg({ progressive: true }).toBuffer(),
  'jpeg with metadata': await tellTale(91, 57).jpeg().toBuffer(),
  png: await noise(91, 57).png().toBuffer(),
  webp: await noise(91, 57).webp().toBuffer(),
  'lossless webp': await noise(91, 57).webp({ lossless: true }).toBuffer(),
  'webp with metadata': await tellTale(91, 57).webp().toBuffer(),
  'transparent webp': await noise(91, 57).ensureAlpha(0.5).webp().toBuffer(),
}

describe('the header of a picture', () => {
  it.each(Object.entries(formats))('reads the same type and size of a %s as sharp', async (_, bytes) => {
    const { mediaType, width, height } = await sharp(bytes).metadata()
    expect(readPictureHeader(bytes)).toEqual({ mediaType, width, height })
  })

  it.each(Object.entries(formats))(
    'reads the same header from every sufficient beginning of a %s',
    (_, bytes) => {
      const whole = readPictureHeader(bytes)
      const answers = Array.from({ length: bytes.length }, (_, length) =>
        readPictureHeader(bytes.subarray(0, length)),
      )
      expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
        new Set(['"incomplete"', JSON.stringify(whole)]),
      )
    },
  )

  it('reads the largest sizes that encoders write', async () => {
    const wide = await plain(16_383, 1).webp({ lossless: true }).toBuffer()
    expect(readPictureHeader(wide)).toMatchObject({ width: 16_383, height: 1 })
    const high = await plain(1, 65_500).jpeg().toBuffer()
    expect(readPictureHeader(high)).toMatchObject({ width: 1, height: 65_500 })
  })

  it('skips stray bytes between segments, as decoders do', () => {
    const { jpeg } = formats
    const table = jpeg.indexOf(Buffer.from([0xff, 0xdb]))
    const strayed = Buffer.concat([
      jpeg.subarray(0, table),
      Buffer.from([0, 7, 0xff, 0xff]),
      jpeg.subarray(table),
    ])
    expect(readPictureHeader(strayed)).toMatchObject({ width: 91, height: 57 })
  })

  it('reports other formats as unsupported', () => {
    for (const text of [
      'GIF89a-and-some-more',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '<!doctype html>',
    ]) {
      expect(readPictureHeader(Buffer.from(text))).toBe('unsupported')
    }
    expect(readPictureHeader(Buffer.from('RIFF\0\0\0\0WAVEfmt and then a long time nothing'))).toBe(
      'unsupported',
    )
  })

  it('reads arbitrary bytes without failing', () => {
    const beginning = fc.constantFrom<number[]>([], [0xff, 0xd8], [...formats.png.subarray(0, 16)])
    fc.assert(
      fc.property(beginning, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
        const bytes = Uint8Array.from([...start, ...rest])
        const header = readPictureHeader(bytes)
        if (typeof header === 'object') expect(Math.min(header.width, header.height)).toBeGreaterThan(0)
      }),
    )
  })
})

describe('metadata in a finished picture', () => {
  it('finds metadata in JPEG and WebP', async () => {
    expect(carriesMetadata(formats.jpeg)).toBe(false)
    expect(carriesMetadata(formats.webp)).toBe(false)
    expect(carriesMetadata(formats['transparent webp'])).toBe(false)
    expect(carriesMetadata(formats['jpeg with metadata'])).toBe(true)
    expect(carriesMetadata(formats['webp with metadata'])).toBe(true)
    expect(carriesMetadata(await plain(9, 9).withXmp('<x/>').jpeg().toBuffer())).toBe(true)
    expect(carriesMetadata(await plain(9, 9).withMetadata({ orientation: 6 }).jpeg().toBuffer())).toBe(true)
  })

  it('assumes metadata in every other format', () => {
    expect(carriesMetadata(formats.png)).toBe(true)
    expect(carriesMetadata(new Uint8Array(0))).toBe(true)
  })

  it('does not count a colour profile as metadata', async () => {
    const wide = await plain(9, 9).withIccProfile('p3').jpeg().toBuffer()
    expect(carriesMetadata(wide)).toBe(false)
    expect(Buffer.from(withoutMetadata(wide).bytes)).toEqual(wide)
  })

  it('removes metadata from a JPEG without changing its pixels', async () => {
    const original = formats['jpeg with metadata']
    const comment = Buffer.from([0xff, 0xfe, 0, 9, ...Buffer.from('Canary!')])
    const commented = Buffer.concat([original.subarray(0, 2), comment, original.subarray(2)])
    const stripped = withoutMetadata(commented).bytes
    expect(carriesMetadata(stripped)).toBe(false)
    expect(Buffer.from(stripped).includes(artist)).toBe(false)
    expect(Buffer.from(stripped).includes('Canary')).toBe(false)
    const pixels = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer()
    expect(await pixels(stripped)).toEqual(await pixels(original))
  })
})

describe('fitting a photo into a box', () => {
  const side = fc.integer({ min: 1, max: 20_000 })
  const box = { width: 960, height: 640 }

  it('turns the box with the photo', () => {
    expect(turnBox(box, { width: 3000, height: 2000 })).toEqual({ width: 960, height: 640 })
    expect(turnBox(box, { width: 2000, height: 3000 })).toEqual({ width: 640, height: 960 })
    expect(turnBox({ width: 640, height: 960 }, { width: 3000, height: 2000 })).toEqual(box)
  })

  it('fits any photo into the box and fills the box unless the photo is smaller', () => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const long = fittedLongSide(box, { width, height })
        const short = (long * Math.min(width, height)) / Math.max(width, height)
        expect(long).toBeLessThanOrEqual(Math.min(960, Math.max(width, height)))
        expect(short).toBeLessThanOrEqual(640)
        const isSmaller = Math.max(width, height) <= 960 && Math.min(width, height) <= 640
        if (isSmaller) expect(long).toBe(Math.max(width, height))
        else expect(long > 958 || short > 638).toBe(true)
        expect(fittedLongSide(box, { width: height, height: width })).toBe(long)
      }),
    )
  })

  it('returns whole sides that fit into the turned box, with the shape of the photo within half a pixel', () => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const turned = turnBox(box, { width, height })
        const fitted = fittedSize(box, { width, height })
        expect(fitted.width).toBeLessThanOrEqual(Math.min(width, turned.width))
        expect(fitted.height).toBeLessThanOrEqual(Math.min(height, turned.height))
        const scale = Math.min(1, turned.width / width, turned.height / height)
        expect(Math.abs(fitted.width - Math.max(1, width * scale))).toBeLessThanOrEqual(0.501)
        expect(Math.abs(fitted.height - Math.max(1, height * scale))).toBeLessThanOrEqual(0.501)
        expect(fittedSize(box, { width: height, height: width })).toEqual({
          width: fitted.height,
          height: fitted.width,
        })
      }),
    )
  })
})
