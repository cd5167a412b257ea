import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { photoVersion } from '../../src/workflow/photo-version.ts'

describe('photoVersion', () => {
  it('returns eleven characters that a query needs no escape for', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (contentHash) => {
        expect(photoVersion({ contentHash })).toMatch(/^[\w-]{11}$/)
      }),
    )
  })

  it('returns the same version for the same hash, and another version for another hash', () => {
    const hashes = Array.from({ length: 200_000 }, (_, number) => `${number.toString(16)}-md5`)
    const versions = hashes.map((contentHash) => photoVersion({ contentHash }))
    expect(new Set(versions).size).toBe(hashes.length)
    expect(photoVersion({ contentHash: '7-md5' })).toBe(versions[7])
  })

  it('spreads every part of the version over short and similar hashes', () => {
    const versions = Array.from({ length: 4096 }, (_, number) => photoVersion({ contentHash: `${number}` }))
    for (const at of [0, 5, 9]) expect(new Set(versions.map((version) => version[at])).size).toBe(64)
    expect(new Set(versions.map((version) => version.slice(0, 6))).size).toBeGreaterThan(4090)
    expect(new Set(versions.map((version) => version.slice(5))).size).toBeGreaterThan(4090)
  })
})
