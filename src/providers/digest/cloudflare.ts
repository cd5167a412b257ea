/** SHA-256 of a stream on Workers (`crypto.DigestStream`). */
import { toHex } from '../../base/hex.ts'
import type { StreamDigest } from '../../ports/digest.ts'

export const sha256: StreamDigest = async (body) => {
  const digester = new crypto.DigestStream('SHA-256')
  await body.pipeTo(digester)
  return toHex(new Uint8Array(await digester.digest))
}
