/** Contract suite of image reducers. */
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { isPublisherError } from '../../../src/base/errors.ts'
import type {
  PictureBox,
  PictureRatio,
  ReducedImage,
  Reduction,
  ThumbnailType,
} from '../../../src/ports/images.ts'
import type { ThumbnailBox } from '../../../src/ports/storage.ts'
import {
  artist,
  blue,
  bomb,
  type Colour,
  colourAt,
  draw,
  green,
  half,
  noise,
  oriented,
  plain,
  red,
  shapeOf,
  tellTale,
  yellow,
} from '../fixtures/pictures.ts'

/** Reduces the bytes with a fresh stream. Default: a JPEG in 960x640. */
export type Reduce = (
  bytes: Uint8Array,
  box?: ThumbnailBox,
  mediaType?: ThumbnailType,
) => Promise<ReducedImage>

/** Reduces the bytes to several pictures with a single fresh stream. */
export type ReduceAll = (bytes: Uint8Array, reductions: readonly Reduction[]) => Promise<ReducedImage[]>

const types: ThumbnailType[] = ['image/jpeg', 'image/webp', 'image/avif']
const small = { width: 60, height: 40 }

export function describeReducer(title: string, reduce: Reduce, reduceAll: ReduceAll): void {
  describeSeveral(`${title}, for several pictures`, reduce, reduceAll)
  describeDemands(`${title}, for the demands of a platform`, reduceAll)
  describe(title, () => {
    const codeOf = (bytes: Uint8Array) =>
      reduce(bytes).then(
        () => 'made',
        (error: unknown) => (isPublisherError(error) ? error.code : error),
      )

    it.each([1, 2, 3, 4, 5, 6, 7, 8])(
      'rotates photos of EXIF orientation %i upright',
      async (orientation) => {
        const landscape = await reduce(await oriented(120, 80, orientation), small)
        expect([landscape.width, landscape.height]).toEqual([60, 40])
        await expectCorners(landscape)
        const portrait = await reduce(await oriented(80, 120, orientation), small)
        expect([portrait.width, portrait.height]).toEqual([40, 60])
        await expectCorners(portrait)
      },
    )

    it('rotates the box for a portrait, so that a portrait is as large as a landscape', async () => {
      const box = { width: 96, height: 64 }
      const sizeOf = async (width: number, height: number) => {
        const reduced = await reduce(await plain(width, height).jpeg().toBuffer(), box)
        return [reduced.width, reduced.height]
      }
      expect(await sizeOf(300, 200)).toEqual([96, 64])
      expect(await sizeOf(200, 300)).toEqual([64, 96])
      expect(await sizeOf(200, 200)).toEqual([64, 64])
      expect(await sizeOf(1000, 100)).toEqual([96, expect.closeTo(9.6, -1)])
      expect(await sizeOf(100, 1000)).toEqual([expect.closeTo(9.6, -1), 96])
    })

    it('does not enlarge small photos', async () => {
      const reduced = await reduce(await plain(30, 20).png().toBuffer())
      expect([reduced.width, reduced.height]).toEqual([30, 20])
    })

    it.each(types)('makes a thumbnail of type %s and reports its true size', async (mediaType) => {
      const reduced = await reduce(await plain(300, 200).jpeg().toBuffer(), small, mediaType)
      expect(reduced).toMatchObject({ mediaType, width: 60, height: 40 })
      expect(await shapeOf(reduced.bytes)).toEqual([mediaType, 60, 40])
    })

    it.each(types)('leaves no EXIF, GPS or XMP in a thumbnail of type %s', async (mediaType) => {
      for (const original of [
        await tellTale().jpeg().toBuffer(),
        await tellTale().png().toBuffer(),
        await tellTale().webp().toBuffer(),
      ]) {
        expect(await sharp(original).metadata()).toHaveProperty('exif')
        const { bytes } = await reduce(original, small, mediaType)
        const text = Buffer.from(bytes).toString('latin1')
        expect(text).not.toContain(artist)
        expect(text).not.toContain('Canary')
        expect(text).not.toContain('Exif')
        expect(text).not.toContain('xmpmeta')
      }
    })

    it('converts wide-gamut colours to sRGB', async () => {
      const colour: Colour = [200, 100, 50]
      const wide = await plain(90, 60, colour).withIccProfile('p3').jpeg({ quality: 100 }).toBuffer()
      const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer()
      expect([...stored.subarray(0, 3)]).not.toEqual(colour.map((value) => expect.closeTo(value, -1)))
      const { bytes } = await reduce(wide, small)
      expect((await sharp(bytes).metadata()).hasProfile).toBe(false)
      await expectColour(bytes, 10, 10, colour, 4)
    })

    it('detects the format from the content', async () => {
      for (const original of [
        await plain(90, 60).jpeg().toBuffer(),
        await plain(90, 60).png().toBuffer(),
        await plain(90, 60).webp().toBuffer(),
        await plain(90, 60).webp({ lossless: true }).toBuffer(),
        await plain(90, 60).jpeg({ progressive: true }).toBuffer(),
        await plain(90, 60).png({ progressive: true }).toBuffer(),
        await plain(90, 60).toColourspace('b-w').jpeg().toBuffer(),
        await plain(90, 60).toColourspace('rgb16').png().toBuffer(),
      ]) {
        const { bytes } = await reduce(original, small)
        expect((await sharp(bytes).metadata()).format).toBe('jpeg')
      }
    })

    it('uses the first frame of an animated WebP', async () => {
      const frames = draw(40, 60, (_, y) => (y < 30 ? red : blue))
      const { data, info } = await frames.raw().toBuffer({ resolveWithObject: true })
      const animated = await sharp(data, { raw: { ...info, pageHeight: 30 } })
        .webp({ delay: [100, 100], loop: 0 })
        .toBuffer()
      const reduced = await reduce(animated, { width: 20, height: 15 }, 'image/webp')
      expect([reduced.width, reduced.height]).toEqual([20, 15])
      expect((await sharp(reduced.bytes).metadata()).pages ?? 1).toBe(1)
      await expectColour(reduced.bytes, 5, 5, red, 12)
    })

    it('refuses files that are not JPEG, PNG or WebP', async () => {
      const picture = plain(90, 60)
      const impostors = {
        gif: await picture.clone().gif().toBuffer(),
        tiff: await picture.clone().tiff().toBuffer(),
        avif: await picture.clone().avif().toBuffer(),
        svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"/>'),
        html: Buffer.from('<!doctype html><title>Not found</title><p>There is no such photo here.</p>'),
        text: Buffer.from('JFIF'),
        zeros: new Uint8Array(5000),
        nothing: new Uint8Array(0),
      }
      for (const [kind, bytes] of Object.entries(impostors)) {
        expect([kind, await codeOf(bytes)]).toEqual([kind, 'photo_unreadable'])
      }
    })

    it('refuses a truncated photo', async () => {
      const picture = draw(400, 300, (x, y) => [x % 256, y % 256, (x * y) % 256])
      for (const [kind, bytes] of Object.entries({
        jpeg: await picture.clone().jpeg().toBuffer(),
        progressive: await picture.clone().jpeg({ progressive: true }).toBuffer(),
        png: await picture.clone().png().toBuffer(),
        webp: await picture.clone().webp().toBuffer(),
      })) {
        expect([kind, await codeOf(half(bytes))]).toEqual([kind, 'photo_unreadable'])
        expect([kind, await codeOf(bytes.subarray(0, 20))]).toEqual([kind, 'photo_unreadable'])
      }
    })

    it('reduces a JPEG or PNG that lacks only its end marker', async () => {
      const picture = draw(400, 300, (x, y) => [x % 256, y % 256, (x * y) % 256])
      for (const [original, endBytes] of [
        [await picture.clone().jpeg().toBuffer(), 2],
        [await picture.clone().jpeg().toBuffer(), 1],
        [await picture.clone().jpeg({ progressive: true }).toBuffer(), 2],
        [await picture.clone().png().toBuffer(), 12],
      ] as const) {
        const { width, height } = await reduce(original.subarray(0, -endBytes), small)
        expect([width, height]).toEqual([53, 40])
      }
    })

    it('refuses a truncated JPEG with an appended end marker', async () => {
      const picture = draw(400, 300, (x, y) => [x % 256, y % 256, (x * y) % 256])
      const end = Buffer.from([0xff, 0xd9])
      for (const original of [
        await picture.clone().jpeg().toBuffer(),
        await picture.clone().jpeg({ progressive: true }).toBuffer(),
      ]) {
        expect(await codeOf(Buffer.concat([half(original), end]))).toBe('photo_unreadable')
        expect(await codeOf(original.subarray(0, -40))).toBe('photo_unreadable')
      }
    })

    it('refuses a decompression bomb by its header', async () => {
      const compressed = bomb(20_000, 20_000)
      expect(compressed.length).toBeLessThan(500_000)
      expect(await codeOf(compressed)).toBe('photo_too_large')
    })
  })
}

function describeSeveral(title: string, reduce: Reduce, reduceAll: ReduceAll): void {
  describe(title, () => {
    const reductions: Reduction[] = [
      { box: { width: 60, height: 40 }, mediaType: 'image/webp' },
      { box: { width: 240, height: 160 }, mediaType: 'image/jpeg' },
      { box: { width: 120, height: 120 }, mediaType: 'image/jpeg' },
      { box: { width: 9000, height: 9000 }, mediaType: 'image/jpeg' },
    ]

    it.each([1, 3, 6])(
      'makes the pictures of the single reductions, for orientation %i',
      async (orientation) => {
        const original = await oriented(360, 240, orientation)
        const made = await reduceAll(original, reductions)
        expect(made).toHaveLength(reductions.length)
        for (const [index, { box, mediaType }] of reductions.entries()) {
          const alone = await reduce(original, box, mediaType)
          const { bytes, ...shape } = made[index] ?? alone
          expect(shape).toEqual({ mediaType: alone.mediaType, width: alone.width, height: alone.height })
          expect(await meanDifference(bytes, alone.bytes)).toBeLessThan(4)
        }
      },
    )

    it('keeps transparency for the formats that have it', async () => {
      const { data, info } = await plain(90, 60).ensureAlpha(0).raw().toBuffer({ resolveWithObject: true })
      const clear = await sharp(data, { raw: info }).png().toBuffer()
      const made = await reduceAll(clear, [
        { box: { width: 60, height: 40 }, mediaType: 'image/webp' },
        { box: { width: 30, height: 20 }, mediaType: 'image/webp' },
      ])
      for (const { bytes } of made) expect((await sharp(bytes).metadata()).hasAlpha).toBe(true)
    })

    it('makes no picture of a damaged photo', async () => {
      const photo = await draw(400, 300, (x, y) => [x % 256, y % 256, (x * y) % 256])
        .jpeg()
        .toBuffer()
      await expect(reduceAll(half(photo), reductions)).rejects.toMatchObject({ code: 'photo_unreadable' })
    })
  })
}

function describeDemands(title: string, reduceAll: ReduceAll): void {
  const square = { width: 144, height: 144 }
  const ratio: PictureRatio = { min: 0.8, max: 1.91, fit: 'pad', colour: '#14b428' }
  const border: Colour = [0x14, 0xb4, 0x28]
  const only = async (bytes: Uint8Array, box: PictureBox) => {
    const [made] = await reduceAll(bytes, [{ box, mediaType: 'image/jpeg' }])
    if (!made) throw new Error('no picture')
    expect(await shapeOf(made.bytes)).toEqual(['image/jpeg', made.width, made.height])
    return made
  }

  describe(title, () => {
    it.each([
      ['a tall photo', 200, 300],
      ['a wide photo', 300, 100],
      ['a tall panorama', 40, 800],
      ['a wide panorama', 800, 40],
      ['a photo just below the range', 799, 1000],
      ['a photo just above the range', 1911, 1000],
      ['a photo within the range', 333, 250],
      ['a tiny photo', 7, 20],
      ['a photo of one pixel', 1, 1],
    ])('brings %s into the range of ratios and the box without enlarging it', async (_, width, height) => {
      const photo = await plain(width, height, red).jpeg().toBuffer()
      for (const fit of ['pad', 'crop'] as const) {
        const made = await only(photo, { ...square, ratio: { ...ratio, fit } })
        expect(made.width / made.height).toBeGreaterThanOrEqual(ratio.min)
        expect(made.width / made.height).toBeLessThanOrEqual(ratio.max)
        expect(Math.max(made.width, made.height)).toBeLessThanOrEqual(144)
        if (fit === 'crop') {
          expect(made.width).toBeLessThanOrEqual(width)
          expect(made.height).toBeLessThanOrEqual(height)
        }
      }
    })

    it('adds a border of the colour on both sides and keeps the whole photo', async () => {
      const { bytes, width, height } = await only(await oriented(120, 240, 1), { ...square, ratio })
      expect([width, height]).toEqual([116, 144])
      // The photo is 72 wide, so the border is 22 wide.
      await expectColour(bytes, 5, 72, border, 12)
      await expectColour(bytes, 110, 72, border, 12)
      await expectColour(bytes, 32, 10, red, 20)
      await expectColour(bytes, 84, 10, green, 20)
      await expectColour(bytes, 32, 134, blue, 20)
      await expectColour(bytes, 84, 134, yellow, 20)
    })

    it.each([1, 3, 6, 8])('cuts from both sides of the middle, for orientation %i', async (orientation) => {
      const box = { ...square, ratio: { ...ratio, fit: 'crop' as const } }
      const tall = await only(await oriented(120, 240, orientation), box)
      expect([tall.width, tall.height]).toEqual([116, 144])
      await expectCorners(tall)
      const wide = await only(await oriented(360, 120, orientation), box)
      expect([wide.width, wide.height]).toEqual([144, 76])
      await expectCorners(wide)
    })

    it('adds a coloured border to a grey photo', async () => {
      const grey = await plain(60, 120, [120, 120, 120]).toColourspace('b-w').jpeg().toBuffer()
      const { bytes } = await only(grey, { ...square, ratio })
      await expectColour(bytes, 5, 60, border, 12)
      await expectColour(bytes, 48, 60, [120, 120, 120], 12)
    })

    it('makes a picture within the limit of bytes, with the ratio and without metadata', async () => {
      const photo = await noise(300, 200)
        .withExif({ IFD0: { Artist: artist } })
        .jpeg({ quality: 95 })
        .toBuffer()
      const [free, bounded] = await reduceAll(photo, [
        { box: square, mediaType: 'image/jpeg' },
        { box: { ...square, maxBytes: 4000, ratio: { ...ratio, max: 1 } }, mediaType: 'image/jpeg' },
      ])
      if (!free || !bounded) throw new Error('no pictures')
      expect([free.width, free.bytes.length > 4000]).toEqual([144, true])
      expect(bounded.bytes.length).toBeLessThanOrEqual(4000)
      expect(bounded.width / bounded.height).toBeLessThanOrEqual(1)
      expect(bounded.width).toBeGreaterThan(20)
      expect(Buffer.from(bounded.bytes).includes(artist)).toBe(false)
    })

    it('makes the same bytes from the same photo', async () => {
      const photo = await noise(300, 200).jpeg({ quality: 95 }).toBuffer()
      const reductions: Reduction[] = [
        { box: { ...square, maxBytes: 5000 }, mediaType: 'image/jpeg' },
        { box: { ...square, ratio: { ...ratio, fit: 'crop' } }, mediaType: 'image/jpeg' },
      ]
      const [one, other] = [await reduceAll(photo, reductions), await reduceAll(photo, reductions)]
      for (const [index, { bytes }] of one.entries()) {
        expect(Buffer.from(bytes).equals(other[index]?.bytes ?? Buffer.of())).toBe(true)
      }
    })

    it('refuses a limit that no picture meets', async () => {
      const photo = await plain(90, 60).jpeg().toBuffer()
      const box = { ...square, maxBytes: 20 }
      await expect(only(photo, box)).rejects.toMatchObject({ code: 'photo_too_large' })
    })
  })
}

/** Returns the mean difference of the samples of two pictures of the same size, from 0 to 255. */
export async function meanDifference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const samplesOf = (bytes: Uint8Array) => sharp(bytes).removeAlpha().toColourspace('srgb').raw().toBuffer()
  const [left, right] = [await samplesOf(one), await samplesOf(other)]
  const sum = left.reduce((total, sample, at) => total + Math.abs(sample - (right[at] ?? 0)), 0)
  return sum / left.length
}

async function expectCorners({ bytes, width, height }: ReducedImage): Promise<void> {
  await expectColour(bytes, 5, 5, red, 20)
  await expectColour(bytes, width - 6, 5, green, 20)
  await expectColour(bytes, 5, height - 6, blue, 20)
  await expectColour(bytes, width - 6, height - 6, yellow, 20)
}

export async function expectColour(
  picture: Uint8Array,
  left: number,
  top: number,
  expected: Colour,
  tolerance: number,
): Promise<void> {
  const actual = await colourAt(picture, left, top)
  const distance = Math.max(...actual.map((value, channel) => Math.abs(value - (expected[channel] ?? 0))))
  expect(distance, `${actual} should be about ${expected}`).toBeLessThanOrEqual(tolerance)
}
