import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { turnBox } from '../../../src/base/picture/fit.ts'
import { layoutOf, type RatioRange } from '../../../src/base/picture/layout.ts'

const square = { width: 1440, height: 1440 }
const padded: RatioRange = { min: 0.8, max: 1.91, fit: 'pad' }
const cropped: RatioRange = { ...padded, fit: 'crop' }

describe('the layout of a photo', () => {
  it.each([
    ['a photo within the range as it is', 4000, 3000, padded, [1440, 1080], [1440, 1080]],
    ['a photo at the lower limit as it is', 3200, 4000, padded, [1152, 1440], [1152, 1440]],
    ['a photo at the upper limit within the limit', 5730, 3000, padded, [1440, 754], [1440, 754]],
    ['a tall photo with a border at its sides', 2000, 3000, padded, [1152, 1440], [960, 1440]],
    ['a wide photo with a border above and below', 3000, 1000, padded, [1440, 754], [1440, 480]],
    ['a panorama with a border', 8000, 400, padded, [1440, 754], [1440, 72]],
    ['a tall photo without its top and bottom', 2000, 3000, cropped, [1152, 1440], [1152, 1728]],
    ['a panorama without its ends and without enlarging', 8000, 400, cropped, [764, 400], [8000, 400]],
    ['a tiny photo without enlarging', 20, 30, padded, [24, 30], [20, 30]],
    ['a photo of one pixel', 1, 1, padded, [1, 1], [1, 1]],
  ] as const)('lays out %s', (_, width, height, ratio, canvas, photo) => {
    const layout = layoutOf(square, { width, height }, ratio)
    expect([layout.canvas.width, layout.canvas.height]).toEqual(canvas)
    expect([layout.photo.width, layout.photo.height]).toEqual(photo)
  })

  it('keeps every photo within the box and the range, and enlarges none', () => {
    const side = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 65_000 }))
    const size = fc.record({ width: side, height: side })
    const box = fc.record({
      width: fc.integer({ min: 100, max: 3000 }),
      height: fc.integer({ min: 100, max: 3000 }),
    })
    const ratio = fc.record({
      min: fc.constantFrom(0.5, 0.8, 2 / 3, 1),
      max: fc.constantFrom(1, 1.91, 16 / 9),
      fit: fc.constantFrom('pad' as const, 'crop' as const),
    })
    fc.assert(
      fc.property(box, size, ratio, (box, size, ratio) => {
        const { canvas, photo } = layoutOf(box, size, ratio)
        const turned = turnBox(box, canvas)
        expect(canvas.width).toBeLessThanOrEqual(turned.width)
        expect(canvas.height).toBeLessThanOrEqual(turned.height)
        expect(canvas.width / canvas.height).toBeGreaterThanOrEqual(ratio.min)
        expect(canvas.width / canvas.height).toBeLessThanOrEqual(ratio.max)
        expect(photo.width).toBeLessThanOrEqual(size.width)
        expect(photo.height).toBeLessThanOrEqual(size.height)
        const isInside = photo.width <= canvas.width && photo.height <= canvas.height
        const isAround = photo.width >= canvas.width && photo.height >= canvas.height
        expect(ratio.fit === 'pad' ? isInside : isAround).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })
})
