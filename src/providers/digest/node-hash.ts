/** SHA-256 of a stream on Node. */
import { createHash } from 'node:crypto'
import type { StreamDigest } from '../../ports/digest.ts'

export const sha256: StreamDigest = async (body) => {
  const hash = createHash('sha256')
  for await (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}
