/** Keys derived from the session secret, one per purpose, so that no key of one purpose opens or signs anything of another. */
import type { Secret } from '../secret.ts'

/** Key of `purpose` for AES-256-GCM or HMAC-SHA-256, by HKDF (RFC 5869) without a salt: the secrets are random already. */
export async function deriveKey(
  secret: Secret,
  purpose: string,
  use: 'encryption' | 'signature',
): Promise<CryptoKey> {
  const encoder = new TextEncoder()
  const raw = encoder.encode(secret.reveal())
  const material = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey'])
  const info = encoder.encode(`publisher ${purpose}`)
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return use === 'encryption'
    ? crypto.subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    : crypto.subtle.deriveKey(hkdf, material, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, [
        'sign',
        'verify',
      ])
}
