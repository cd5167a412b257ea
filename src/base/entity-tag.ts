/** Entity tags of thumbnails and their comparison (RFC 9110, sections 8.8.3 and 13.1.2). */
import { toHex } from './hex.ts'

/** To be raised when thumbnails of unchanged photos come out differently: another quality, another fit. */
const encoderVersion = 1

/**
 * A strong tag for what is made from this photo in this way. It is a hash, so that it tells nothing of the storage's
 * own tags, which may be secrets or digests of the original.
 */
export async function thumbnailTag(parts: readonly string[]): Promise<string> {
  const text = JSON.stringify([encoderVersion, ...parts])
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return `"${toHex(digest.subarray(0, 16))}"`
}

/**
 * Whether `If-None-Match` names this tag, so that the answer is 304. Weak and strong tags compare as equal; `*` matches
 * whatever exists. An unreadable header matches nothing.
 */
export function matchesNone(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.match(/"[\x21\x23-\x7e\x80-\xff]*"/g)?.some((candidate) => candidate === tag) ?? false
}
