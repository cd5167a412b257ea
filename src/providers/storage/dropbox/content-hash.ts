/** Dropbox's content hash (Dropbox documentation, "Content hash"), computed by block, so that no file is held in memory whole. */
import { toHex } from '../../../base/hex.ts'

/** Bytes of a block. Only the last block of a file may be shorter. */
export const blockSize = 4 * 1024 * 1024

/** Returns the SHA-256 of each block. If more bytes follow in another call, `bytes` must end at the end of a block. */
export async function blockDigests(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array[]> {
  const digests: Uint8Array[] = []
  for (let start = 0; start < bytes.length; start += blockSize) {
    const block = bytes.subarray(start, start + blockSize)
    digests.push(new Uint8Array(await crypto.subtle.digest('SHA-256', block)))
  }
  return digests
}

/** Returns the content hash of a file with these block digests, in hexadecimal. */
export async function combineDigests(digests: readonly Uint8Array[]): Promise<string> {
  const joined = await new Blob(digests.map((digest) => new Uint8Array(digest))).arrayBuffer()
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', joined))
  return toHex(hash)
}

/** Returns the content hash of these bytes, in hexadecimal. */
export async function contentHash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return combineDigests(await blockDigests(bytes))
}
