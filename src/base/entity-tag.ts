/** Entity tags of thumbnails and their comparison (RFC 9110, sections 8.8.3 and 13.1.2). */
import { toHex } from './hex.ts'

/** Version of the thumbnail encoder. Raise it when thumbnails of unchanged photos change, for example in quality or fit. */
const encoderVersion = 1

/**
 * Creates a strong tag for a thumbnail from everything that determines its bytes. The tag is a hash, because `parts`
 * includes the storage's own tags, which may be secrets or digests of the original.
 */
export async function thumbnailTag(parts: readonly string[]): Promise<string> {
  const text = JSON.stringify([encoderVersion, ...parts])
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return `"${toHex(digest.subarray(0, 16))}"`
}

/**
 * Checks if `If-None-Match` names this tag; if it does, the response is 304. Weak and strong tags compare as equal, and `*`
 * matches every tag. An unreadable header matches nothing.
 */
export function matchesNone(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.match(/"[\x21\x23-\x7e\x80-\xff]*"/g)?.some((candidate) => candidate === tag) ?? false
}
