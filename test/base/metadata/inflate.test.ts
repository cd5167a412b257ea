import { constants, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inflate } from '../../../src/base/metadata/embedded/inflate.ts'
import { md5 } from '../../../src/base/metadata/md5.ts'

const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants
const limit = 100_000

/** Returns empty stored blocks that others follow. */
const emptyBlocks = (count: number) => Buffer.alloc(5 * count, Buffer.from([0, 0, 0, 0xff, 0xff]))
/** An empty stored block that ends the data. */
const last = Buffer.from([1, 0, 0, 0xff, 0xff])

describe('decompression', () => {
  it('restores what zlib compressed at any level and with any strategy', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 5 }), fc.nat(2000))
        .map(([unit, count]) => Buffer.alloc(unit.length * count, unit)),
    )
    const level = fc.integer({ min: 0, max: 9 })
    const strategy = fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE)
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), level, strategy, (parts, level, strategy) => {
        const original = Buffer.concat(parts)
        const packed = deflateSync(original, { level, strategy })
        expect(Buffer.from(inflate(packed, limit) ?? [1]).equals(original)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('stops at its limit', () => {
    const packed = deflateSync(Buffer.alloc(20_000_000))
    expect(inflate(packed, limit)).toBeNull()
    expect(inflate(deflateSync(Buffer.alloc(limit)), limit)).toHaveLength(limit)
    expect(inflate(deflateSync(Buffer.alloc(limit + 1)), limit)).toBeNull()
  })

  it('reads at most 2,000 blocks, because empty blocks cost time and add nothing', () => {
    const withBlocks = (count: number) => Buffer.concat([Buffer.from([0x78, 0x9c]), emptyBlocks(count), last])
    expect(inflate(withBlocks(1999), limit)).toHaveLength(0)
    expect(inflate(withBlocks(2000), limit)).toBeNull()
    expect(inflate(withBlocks(800_000), limit)).toBeNull()
  })

  it('returns nothing for truncated data, and never throws on damaged data', () => {
    const packed = deflateSync(Buffer.from('Some text that repeats, some text that repeats. '.repeat(9)))
    for (let length = 0; length < packed.length - 6; length++) {
      expect(inflate(packed.subarray(0, length), limit)).toBeNull()
    }
    fc.assert(
      fc.property(
        fc.nat(packed.length - 1),
        fc.nat(255),
        fc.uint8Array({ maxLength: 80 }),
        (at, byte, tail) => {
          const damaged = Buffer.from(packed)
          damaged[at] = byte
          inflate(damaged, limit)
          inflate(Buffer.concat([Buffer.from([0x78, 0x9c]), tail]), limit)
        },
      ),
      { numRuns: 500 },
    )
  })
})

it('computes the digests of RFC 1321', () => {
  const digest = (text: string) => Buffer.from(md5(new TextEncoder().encode(text))).toString('hex')
  expect(digest('')).toBe('d41d8cd98f00b204e9800998ecf8427e')
  expect(digest('abc')).toBe('900150983cd24fb0d6963f7d28e17f72')
  expect(digest('1234567890'.repeat(8))).toBe('57edf4a22be3c955ac49da2e2107b67a')
})
