/** SHA-256 of a stream by `node:crypto`, because Web Crypto does not accept streams. */
import { createHash } from 'node:crypto'
import type { StreamDigest } from '../../ports/digest.ts'

/** Hashes the whole stream. Returns the digest as lower-case hex. */
export const sha256: StreamDigest = async (body) => {
  const hash = createHash('sha256')
  for await (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}
