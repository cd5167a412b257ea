/** Keys derived from the secrets of the environment, each for one purpose: HKDF with SHA-256 (RFC 5869). */
import type { Secret } from '../secret.ts'

/** AES-256 in GCM, for sealing. */
const encryption = { algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] } as const
/** HMAC with SHA-256, for unguessable names. */
const naming = { algorithm: { name: 'HMAC', hash: 'SHA-256', length: 256 }, usages: ['sign'] } as const

/** HMAC with SHA-256, for signatures. */
const signing = { ...naming, usages: ['sign', 'verify'] } as const

/** Derives the encryption key of one purpose. */
export function deriveEncryptionKey(secret: Secret, purpose: string): Promise<CryptoKey> {
  return derive(secret, purpose, encryption)
}

/** Derives the HMAC key for names of one purpose. */
export function deriveNamingKey(secret: Secret, purpose: string): Promise<CryptoKey> {
  return derive(secret, purpose, naming)
}

/** Derives the HMAC key for signatures of one purpose. */
export function deriveSigningKey(secret: Secret, purpose: string): Promise<CryptoKey> {
  return derive(secret, purpose, signing)
}

/** Derives without a salt, since the secrets are random already. The purpose is the `info` that separates the keys. */
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
