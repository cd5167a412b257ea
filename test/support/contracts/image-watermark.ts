/** Contract suite of image reducers, for watermarks. */
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type Place, placeOf } from '../../../src/base/picture/watermark-place.ts'
import { watermarkPositions } from '../../../src/contract/blocks/watermark.ts'
import type { PictureBox, Reduction, Watermark } from '../../../src/ports/images.ts'
import { type Colour, draw, green, oriented, plain, red } from '../fixtures/pictures.ts'
import { expectColour, type ReduceAll } from './image-reducer.ts'

const magenta: Colour = [230, 30, 230]
const box = { width: 600, height: 600 }

/** A plain watermark, twice as wide as high. */
export async function markOf(
  settings: Partial<Watermark> = {},
  picture = plain(40, 20, magenta),
): Promise<Watermark> {
  const bytes = new Uint8Array(await picture.png().toBuffer())
  return {
    key: 'test',
    picture: bytes,
    width: 40,
    height: 20,
    position: 'bottom-right',
    opacity: 1,
    share: 0.2,
    ...settings,
  }
}

/** Returns the colour of a watermark of half opacity over the photo. */
const overGreen = (colour: Colour): Colour => [
  (colour[0] + green[0]) / 2,
  (colour[1] + green[1]) / 2,
  (colour[2] + green[2]) / 2,
]

const middleOf = ({ left, top, width, height }: Place) =>
  [Math.floor(left + width / 2), Math.floor(top + height / 2)] as const

export function describeWatermarks(title: string, reduceAll: ReduceAll): void {
  const only = async (
    bytes: Uint8Array,
    watermark: Watermark,
    wanted: PictureBox = box,
    mediaType: Reduction['mediaType'] = 'image/jpeg',
  ) => {
    const [made] = await reduceAll(bytes, [{ box: wanted, mediaType, watermark }])
    const place = made && placeOf(made, watermark)
    if (!made || !place) throw new Error('no picture')
    return { ...made, place }
  }

  describe(`${title}, with a watermark`, () => {
    it.each(watermarkPositions)('draws it at the position %s and nowhere else', async (position) => {
      const photo = await plain(900, 600).jpeg().toBuffer()
      const { bytes, place, width, height } = await only(photo, await markOf({ position }))
      expect([width, height, place.width, place.height]).toEqual([600, 400, 120, 60])
      await expectColour(bytes, ...middleOf(place), magenta, 20)
      for (const other of watermarkPositions) {
        const elsewhere = placeOf({ width, height }, await markOf({ position: other }))
        if (other !== position && elsewhere) await expectColour(bytes, ...middleOf(elsewhere), green, 20)
      }
    })

    it('draws it inside the edges, in its size', async () => {
      const photo = await plain(900, 600).jpeg().toBuffer()
      const { bytes, place } = await only(photo, await markOf({ position: 'top-left' }))
      expect(place).toEqual({ left: 12, top: 12, width: 120, height: 60 })
      await expectColour(bytes, 18, 18, magenta, 25)
      await expectColour(bytes, 126, 66, magenta, 25)
      for (const [x, y] of [
        [5, 40],
        [60, 5],
        [138, 40],
        [60, 78],
      ] as const) {
        await expectColour(bytes, x, y, green, 25)
      }
    })

    it('lets the photo through by its opacity', async () => {
      const photo = await plain(900, 600).jpeg().toBuffer()
      const { bytes, place } = await only(photo, await markOf({ opacity: 0.5 }))
      await expectColour(bytes, ...middleOf(place), overGreen(magenta), 20)
    })

    it('lets the photo through where the watermark is transparent', async () => {
      const { data, info } = await draw(40, 20, () => magenta)
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      for (let at = 3; at < data.length; at += 4) if (((at - 3) / 4) % 40 < 20) data[at] = 0
      const photo = await plain(900, 600).jpeg().toBuffer()
      const mark = await markOf({}, sharp(data, { raw: info }))
      const { bytes, place } = await only(photo, mark)
      await expectColour(bytes, place.left + 20, place.top + 30, green, 20)
      await expectColour(bytes, place.left + 100, place.top + 30, magenta, 20)
    })

    it.each([1, 3, 6, 8])('draws it upright on a portrait of orientation %i', async (orientation) => {
      const photo = await oriented(400, 600, orientation)
      const { bytes, place, width, height } = await only(photo, await markOf({ position: 'top', share: 0.5 }))
      expect([width, height, place.width, place.height]).toEqual([400, 600, 200, 100])
      await expectColour(bytes, ...middleOf(place), magenta, 20)
      await expectColour(bytes, 20, 20, red, 25)
    })

    it.each(['pad', 'crop'] as const)(
      'draws it on the finished picture when the ratio needs a %s',
      async (fit) => {
        const photo = await plain(300, 900, red).jpeg().toBuffer()
        const ratio = { min: 0.8, max: 1.91, fit, colour: '#14b428' }
        const { bytes, place, width, height } = await only(photo, await markOf({ position: 'bottom-left' }), {
          ...box,
          ratio,
        })
        expect(width / height).toBeGreaterThanOrEqual(0.8)
        await expectColour(bytes, ...middleOf(place), magenta, 20)
      },
    )

    it('keeps the limit of bytes', async () => {
      const photo = await draw(600, 400, (x, y) => [(x * y) % 256, (x * 7) % 256, (y * 13) % 256])
        .jpeg()
        .toBuffer()
      const { bytes, place } = await only(photo, await markOf(), { ...box, maxBytes: 30_000 })
      expect(bytes.length).toBeLessThanOrEqual(30_000)
      await expectColour(bytes, ...middleOf(place), magenta, 45)
    })

    it('draws it once on a picture that has to become smaller for its limit of bytes', async () => {
      const photo = await draw(600, 400, (x, y) =>
        x < 300 ? [(x * y) % 256, (x * 7) % 256, (y * 13) % 256] : green,
      )
        .jpeg()
        .toBuffer()
      const wanted = { ...box, maxBytes: 12_000 }
      const { bytes, place, width } = await only(photo, await markOf({ opacity: 0.5 }), wanted)
      expect(width).toBeLessThan(600)
      expect(bytes.length).toBeLessThanOrEqual(12_000)
      await expectColour(bytes, ...middleOf(place), overGreen(magenta), 25)
    })

    it('draws it in colour on a grey photo, and on every type of picture', async () => {
      const grey = await plain(900, 600, [120, 120, 120]).toColourspace('b-w').jpeg().toBuffer()
      for (const mediaType of ['image/jpeg', 'image/webp', 'image/avif'] as const) {
        const { bytes, place } = await only(grey, await markOf(), box, mediaType)
        await expectColour(bytes, ...middleOf(place), magenta, 25)
        await expectColour(bytes, 20, 20, [120, 120, 120], 12)
      }
    })

    it('keeps the transparency of the photo around it', async () => {
      const { data, info } = await plain(300, 200).ensureAlpha(0).raw().toBuffer({ resolveWithObject: true })
      const clear = await sharp(data, { raw: info }).png().toBuffer()
      const { bytes, place } = await only(clear, await markOf(), box, 'image/webp')
      const { data: pixels, info: shape } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
      const [x, y] = middleOf(place)
      expect(shape.channels).toBe(4)
      expect(pixels[3]).toBeLessThan(20)
      expect(pixels[(y * shape.width + x) * 4 + 3]).toBeGreaterThan(235)
    })

    it('draws none on a tiny picture', async () => {
      const photo = await plain(900, 600).jpeg().toBuffer()
      const tiny = { width: 100, height: 100 }
      const [made] = await reduceAll(photo, [
        { box: tiny, mediaType: 'image/jpeg', watermark: await markOf({ position: 'center' }) },
      ])
      if (!made) throw new Error('no picture')
      await expectColour(made.bytes, 50, 33, green, 20)
    })

    it('draws it once on each picture that asks for it, in any order, and on no other', async () => {
      const photo = await plain(900, 600).jpeg().toBuffer()
      const half = { position: 'center', opacity: 0.5 } as const
      const marks = {
        none: { asked: {}, expected: green },
        magenta: { asked: { watermark: await markOf(half) }, expected: overGreen(magenta) },
        red: {
          asked: { watermark: await markOf({ ...half, key: 'red' }, plain(40, 20, red)) },
          expected: overGreen(red),
        },
      }
      for (const order of [
        ['none', 'magenta', 'red'],
        ['magenta', 'none', 'red', 'magenta'],
        ['red', 'red', 'none'],
      ] as const) {
        const reductions = order.map((name) => ({
          box,
          mediaType: 'image/jpeg' as const,
          ...marks[name].asked,
        }))
        const made = await reduceAll(photo, reductions)
        for (const [at, name] of order.entries()) {
          await expectColour(made[at]?.bytes ?? new Uint8Array(), 300, 200, marks[name].expected, 20)
        }
      }
    })
  })
}
