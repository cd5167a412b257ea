import { describe, expect, it } from 'vitest'
import { percentile, untilBelow } from '../../soak/bystander.ts'
import { pngBomb } from '../../soak/png-bomb.ts'

describe('the latency percentile', () => {
  it.each([
    [[], 0],
    [[7], 7],
    [Array.from({ length: 100 }, (_, index) => index + 1), 99],
    [Array.from({ length: 200 }, (_, index) => 200 - index), 198],
  ])('returns the value that 99 % do not exceed', (values, p99) => {
    expect(percentile(values, 0.99)).toBe(p99)
  })
})

describe('the measurement of a wait', () => {
  it.each([
    [[46], [46]],
    [
      [699, 46],
      [699, 46],
    ],
    [
      [699, 256, 46, 20],
      [699, 256, 46],
    ],
    [
      [699, 256, 250, 20],
      [699, 256, 250],
    ],
  ])('ends at the first result below the limit, or after three', async (results, measured) => {
    const left = [...results]
    expect(await untilBelow(250, async () => left.shift() ?? 0)).toEqual(measured)
  })
})

it('makes a bomb of 11 MB that declares a picture of 64 pixels and many text chunks', () => {
  const bomb = Buffer.from(pngBomb())
  expect(bomb.byteLength).toBeLessThan(20 * 2 ** 20)
  expect(bomb.toString('latin1', 0, 16)).toBe('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')
  expect([bomb.readUInt32BE(16), bomb.readUInt32BE(20)]).toEqual([64, 64])
  expect(bomb.toString('latin1').split('zTXtbomb').length - 1).toBe(200)
})
