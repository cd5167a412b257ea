import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import type { ThumbnailType } from '../../../src/ports/images.ts'
import { estimateMemory } from '../../../src/providers/images/sharp-memory.ts'
import { plain } from '../../support/fixtures/pictures.ts'

const small = { width: 96, height: 64 }
const pixels = 3000 * 2000

async function estimated(
  picture: Sharp,
  box = small,
  mediaType: ThumbnailType = 'image/jpeg',
): Promise<number> {
  const bytes = await picture.toBuffer()
  return estimateMemory(await sharp(bytes).metadata(), bytes, [{ size: box, mediaType }])
}

/** Returns the estimated bytes per pixel of the original. */
async function perPixel(picture: Sharp): Promise<number> {
  return ((await estimated(picture)) - (await estimated(plain(8, 8).jpeg()))) / pixels
}

// Figures of bench/thumbnail-memory.ts and of earlier measurements.
describe('the estimated memory', () => {
  const picture = plain(3000, 2000)

  it.each([
    [
      '3 bytes per pixel for a progressive JPEG, which keeps its coefficients',
      picture.clone().jpeg({ progressive: true }),
      3,
    ],
    [
      '6 bytes per pixel for a progressive JPEG with full colour resolution',
      picture.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
      6,
    ],
    [
      '3 bytes per pixel for an interlaced PNG, which is decoded whole',
      picture.clone().png({ progressive: true }),
      3,
    ],
    [
      '6 bytes per pixel for an interlaced PNG of 16 bits',
      picture.clone().toColourspace('rgb16').png({ progressive: true }),
      6,
    ],
    ['4 bytes per pixel for a lossless WebP', picture.clone().webp({ lossless: true, effort: 0 }), 4.3],
    [
      'almost nothing per pixel for a lossy WebP, which is scaled row by row',
      picture.clone().webp({ effort: 0 }),
      0.3,
    ],
  ])('counts %s', async (_, original, expected) => {
    expect(await perPixel(original)).toBeCloseTo(expected, 0)
  })

  it('estimates memory by the width alone for a baseline JPEG or PNG', async () => {
    const wide = await estimated(plain(3000, 3000).jpeg())
    const higher = await estimated(plain(3000, 6000).jpeg())
    expect(higher).toBe(wide)
    expect(await estimated(plain(6000, 3000).jpeg())).toBeGreaterThan(wide * 1.4)
  })

  it('counts two canvases for an animation', async () => {
    const { data, info } = await plain(300, 400).composite([]).raw().toBuffer({ resolveWithObject: true })
    data.fill(90, 0, data.length / 2)
    const animated = sharp(data, { raw: { ...info, pageHeight: 200 } }).webp({ delay: [100, 100], loop: 0 })
    const still = plain(300, 200).webp()
    expect((await estimated(animated)) - (await estimated(still))).toBeGreaterThan(300 * 200 * 9)
  })

  it('estimates more memory for a larger result, most of all for AVIF', async () => {
    const large = { width: 2048, height: 1365 }
    const thumbnail = await estimated(picture.clone().jpeg())
    expect(await estimated(picture.clone().jpeg(), large)).toBeGreaterThan(thumbnail + 25e6)
    expect(await estimated(picture.clone().jpeg(), large, 'image/avif')).toBeGreaterThan(thumbnail + 100e6)
  })

  it('counts the kept pixels and the most demanding result for several results, but the decode only once', async () => {
    const bytes = await picture.clone().jpeg({ progressive: true }).toBuffer()
    const metadata = await sharp(bytes).metadata()
    const of = (...results: Parameters<typeof estimateMemory>[2]) => estimateMemory(metadata, bytes, results)
    const large = { size: { width: 2048, height: 1365 }, mediaType: 'image/jpeg' } as const
    const thumbnail = { size: small, mediaType: 'image/webp' } as const
    const avif = { size: large.size, mediaType: 'image/avif' } as const
    expect(of(large, thumbnail)).toBe(of(large))
    expect(of(large, large)).toBe(of(large))
    expect(of(large, avif)).toBeGreaterThan(2048 * 1365 * 58)
    expect(of(large, avif)).toBeLessThan(of(avif) + of(large))
  })

  it('fits a progressive photo of 100 megapixels into the default budget, also for the vision model', () => {
    const photo = {
      format: 'jpeg',
      width: 12_000,
      height: 8334,
      channels: 3,
      depth: 'uchar',
      isProgressive: true,
      chromaSubsampling: '4:2:0',
      hasAlpha: false,
    } as const
    const vision = { width: 2048, height: 1422 }
    const bytes = estimateMemory(photo, new Uint8Array(), [{ size: vision, mediaType: 'image/jpeg' }])
    expect(bytes).toBeLessThan(350_000_000)
    expect(bytes).toBeGreaterThan(332_000_000)
  })
})
