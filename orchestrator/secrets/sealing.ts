/** Values as JWE (RFC 7516, `dir` with `A256GCM`). The protected header names their place, so a copied row does not open elsewhere. */
import { CompactEncrypt, compactDecrypt } from 'jose'
import { z } from 'zod'
import { SecretsUnavailable } from '../contract/ports.ts'

/** Name of the fleet where a tenant's name is expected. */
export const fleetTenant = '*'

/** Place of a value. A value that was sealed for one place does not open at another. */
export interface SealedPlace {
  /** {@link fleetTenant} for values of the fleet. */
  tenant: string
  ref: string
  provider: string
}

export interface Sealed {
  value: string
  /** ID of the data key. */
  data_key: string
}

/** Opened data key. Its bytes cannot be read from JavaScript. */
export interface DataKey {
  id: string
  key: CryptoKey
}

const headerSchema = z.object({ kid: z.string(), tenant: z.string(), ref: z.string(), provider: z.string() })

/** Imports the bytes of a data key, and overwrites them. */
export async function importDataKey(id: string, bytes: Uint8Array<ArrayBuffer>): Promise<DataKey> {
  try {
    const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return { id, key }
  } catch (cause) {
    throw new SecretsUnavailable('A data key has the wrong length.', { cause })
  } finally {
    bytes.fill(0)
  }
}

/** Encrypts a text for its place. */
export function sealText({ id, key }: DataKey, place: SealedPlace, text: string): Promise<Sealed> {
  return sealBytes({ id, key }, place, new TextEncoder().encode(text))
}

/** Decrypts a text. Throws `SecretsUnavailable` if value, key and place do not fit. */
export async function openText(key: DataKey, { value }: Sealed, place: SealedPlace): Promise<string> {
  const { bytes, place: sealedFor } = await openBytes(key, value)
  const isHere =
    sealedFor.tenant === place.tenant && sealedFor.ref === place.ref && sealedFor.provider === place.provider
  if (!isHere) throw new SecretsUnavailable('A stored value belongs to another place.')
  return new TextDecoder().decode(bytes)
}

/** Encrypts a tenant's value with another data key, for the place that it was sealed for. */
export async function reseal(from: DataKey, to: DataKey, sealed: Sealed, tenant: string): Promise<Sealed> {
  const { bytes, place } = await openBytes(from, sealed.value)
  if (place.tenant !== tenant) throw new SecretsUnavailable('A stored value belongs to another place.')
  const resealed = await sealBytes(to, place, bytes)
  bytes.fill(0)
  return resealed
}

async function sealBytes({ id, key }: DataKey, place: SealedPlace, bytes: Uint8Array): Promise<Sealed> {
  const { tenant, ref, provider } = place
  const header = { alg: 'dir', enc: 'A256GCM', kid: id, tenant, ref, provider }
  return { value: await new CompactEncrypt(bytes).setProtectedHeader(header).encrypt(key), data_key: id }
}

async function openBytes(
  { id, key }: DataKey,
  value: string,
): Promise<{ bytes: Uint8Array; place: SealedPlace }> {
  const opened = await compactDecrypt(value, key, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(() => {
    throw new SecretsUnavailable('A stored value does not open.')
  })
  const header = headerSchema.safeParse(opened.protectedHeader).data
  if (header?.kid !== id) throw new SecretsUnavailable('A stored value belongs to another data key.')
  return { bytes: opened.plaintext, place: header }
}
