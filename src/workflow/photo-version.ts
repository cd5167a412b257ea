/** Versions of photos, for addresses that browsers may cache for a year. */
import type { PhotoEntry } from '../ports/storage.ts'

/**
 * Returns 64 bits of the photo's content hash as 11 characters of base64url: another value for other bytes. Not cryptographic, since
 * only the photographer chooses the bytes. Synchronous, because a list contains thousands of versions.
 */
export function photoVersion({ contentHash }: Pick<PhotoEntry, 'contentHash'>): string {
  let first = 0xdeadbeef
  let second = 0x41c6ce57
  for (let index = 0; index < contentHash.length; index++) {
    const unit = contentHash.charCodeAt(index)
    first = Math.imul(first ^ unit, 0x9e3779b1)
    second = Math.imul(second ^ unit, 0x5f356495)
  }
  const [left, right] = [mixed(first, second), mixed(second, first)]
  const bytes = [24, 16, 8, 0].flatMap((shift) => [(left >>> shift) & 255, (right >>> shift) & 255])
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('=', '')
}

/** Mixes two states, so that each bit depends on all bits of both (the finish of MurmurHash3). */
function mixed(state: number, other: number): number {
  const once = Math.imul(state ^ (state >>> 16), 0x85ebca6b) ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35)
  return Math.imul(once ^ (once >>> 15), 0x2c1b3c6d) ^ (once >>> 13)
}
