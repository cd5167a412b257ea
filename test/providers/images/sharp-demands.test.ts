import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { PictureBox, PictureRatio } from '../../../src/ports/images.ts'
import { createSharpReducer } from '../../../src/providers/images/sharp.ts'
import { expectColour } from '../../support/contracts/image-reducer.ts'
import { type Colour, noise, plain, sourceOf } from '../../support/fixtures/pictures.ts'

const reducer = createSharpReducer()
const ratio: PictureRatio = { min: 0.8, max: 1.91, fit: 'pad', colour: '#14b428' }
const border: Colour = [0x14, 0xb4, 0x28]

async function reduceAll(bytes: Uint8Array, ...boxes: PictureBox[]) {
  const reductions = boxes.map((box) => ({ box, mediaType: 'image/jpeg' as const }))
  return reducer.reduceAll(sourceOf(bytes), reductions, { owner: 'alice' })
}

describe('sharp, for the demands of a platform', () => {
  it('puts a transparent photo on the colour of its border', async () => {
    const { data, info } = await plain(60, 120).ensureAlpha(0).raw().toBuffer({ resolveWithObject: true })
    const clear = await sharp(data, { raw: info }).png().toBuffer()
    const [made] = await reduceAll(clear, { width: 144, height: 144, ratio })
    expect([made?.width, made?.height]).toEqual([96, 120])
    for (const left of [3, 48, 92]) await expectColour(made?.bytes ?? Buffer.of(), left, 60, border, 4)
  })

  it('adds a border to photos of every colour space', async () => {
    const photo = plain(60, 120, [200, 60, 50])
    const spaces = {
      cmyk: await photo.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
      p3: await photo.clone().withIccProfile('p3').jpeg({ quality: 100 }).toBuffer(),
      rgb16: await photo.clone().toColourspace('rgb16').png().toBuffer(),
    }
    for (const [space, bytes] of Object.entries(spaces)) {
      const [made] = await reduceAll(bytes, { width: 144, height: 144, ratio })
      const picture = made?.bytes ?? Buffer.of()
      expect([space, (await sharp(picture).metadata()).space]).toEqual([space, 'srgb'])
      await expectColour(picture, 3, 60, border, 6)
      await expectColour(picture, 48, 60, [200, 60, 50], 25)
    }
  })

  it('lowers the quality before the size', async () => {
    const photo = await noise(300, 200).jpeg({ quality: 95 }).toBuffer()
    const [usual] = await reduceAll(photo, { width: 300, height: 300 })
    const { length } = usual?.bytes ?? Buffer.of()
    const [lower, smaller] = await reduceAll(
      photo,
      { width: 300, height: 300, maxBytes: Math.round(length * 0.8) },
      { width: 300, height: 300, maxBytes: Math.round(length * 0.3) },
    )
    expect([lower?.width, lower?.height]).toEqual([300, 200])
    expect(lower?.bytes.length).toBeLessThanOrEqual(length * 0.8)
    expect(smaller?.width).toBeLessThan(300)
    expect(smaller?.bytes.length).toBeLessThanOrEqual(length * 0.3)
    expect(smaller?.bytes.length).toBeGreaterThan(length * 0.1)
  })

  it('crops a panorama alone when the memory is too small for all its pixels', async () => {
    const limited = createSharpReducer({ decodeBudgetBytes: 30_000_000 })
    const panorama = await plain(8000, 250).jpeg().toBuffer()
    const crop: PictureBox = { width: 300, height: 300, ratio: { ...ratio, fit: 'crop' } }
    const source = sourceOf(panorama)
    const [whole, cropped] = await limited.reduceAll(
      source,
      [
        { box: { width: 300, height: 300 }, mediaType: 'image/jpeg' },
        { box: crop, mediaType: 'image/jpeg' },
      ],
      { owner: 'alice' },
    )
    expect([whole?.width, whole?.height]).toEqual([300, 9])
    expect([cropped?.width, cropped?.height]).toEqual([300, 158])
    expect(source.pulled()).toBe(panorama.length)
  })
})
