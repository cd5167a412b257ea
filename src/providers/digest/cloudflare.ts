/** SHA-256 of a stream on Workers (`crypto.DigestStream`). */
import type { StreamDigest } from '../../ports/digest.ts'

export const sha256: StreamDigest = async (body) => {
  const digester = new crypto.DigestStream('SHA-256')
  await body.pipeTo(digester)
  const bytes = new Uint8Array(await digester.digest)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
