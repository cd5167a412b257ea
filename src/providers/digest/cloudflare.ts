/** SHA-256 of a stream by `crypto.DigestStream`, which exists only in Workers. */
import { toHex } from '../../base/hex.ts'
import type { StreamDigest } from '../../ports/digest.ts'

/** Hashes the whole stream. Returns the digest as lower-case hex. */
export const sha256: StreamDigest = async (body) => {
  const digester = new crypto.DigestStream('SHA-256')
  await body.pipeTo(digester)
  return toHex(new Uint8Array(await digester.digest))
}
