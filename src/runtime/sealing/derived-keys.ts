/** Keys for one purpose each, made from the secrets of the environment: HKDF with SHA-256 (RFC 5869). */
import type { Secret } from '../../base/secret.ts'

/** AES-256 in GCM, for sealing. */
const encryption = { algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] } as const
/** HMAC with SHA-256, for names that must not be guessable. */
const naming = { algorithm: { name: 'HMAC', hash: 'SHA-256', length: 256 }, usages: ['sign'] } as const

/** The same, for signatures. */
const signing = { ...naming, usages: ['sign', 'verify'] } as const

/** The encryption key of one purpose. */
export function deriveEncryptionKey(secret: Secret, purpose: string): Promise<CryptoKey> {
  return derive(secret, purpose, encryption)
}

/** The HMAC key of one purpose. */
export function deriveNamingKey(secret: Secret, purpose: string): Promise<CryptoKey> {
  return derive(secret, purpose, naming)
}

/** The key of one purpose for HMAC signatures. */
export function deriveSigningKey(secret: Secret, purpose: string): Promise<CryptoKey> {
  return derive(secret, purpose, signing)
}

/** Works without a salt, since the secrets are random already; the purpose is the `info` that separates the keys. */
async function derive(
  secret: Secret,
  purpose: string,
  { algorithm, usages }: typeof encryption | typeof naming | typeof signing,
): Promise<CryptoKey> {
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret.reveal()), 'HKDF', false, [
    'deriveKey',
  ])
  const info = encoder.encode(`publisher ${purpose}`)
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    material,
    algorithm,
    false,
    [...usages],
  )
}
