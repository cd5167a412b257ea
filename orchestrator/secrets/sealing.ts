/** Values as JWE (RFC 7516, `dir` with `A256GCM`). The protected header names their place, so a copied row does not open elsewhere. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { z } from 'zod'
import { SecretsUnavailable } from '../contract/ports.ts'
import { keyBytes, type OpenedJwe, openJwe } from './jwe.ts'

/** Place of a value. A value that was sealed for one place does not open at another. */
export interface SealedPlace {
  /** `*` for values of the fleet. */
  tenant: string
  ref: string
  provider: string
}

export interface Sealed {
  value: string
  /** ID of the data key. */
  data_key: string
}

/** Opened data key. Its bytes lie outside of the JavaScript heap, so no heap snapshot holds them. */
export interface DataKey {
  id: string
  key: KeyObject
}

const headerSchema = z.object({ kid: z.string(), tenant: z.string(), ref: z.string(), provider: z.string() })

/** Imports the bytes of a data key, and overwrites them. */
export function importDataKey(id: string, bytes: Uint8Array<ArrayBuffer>): DataKey {
  try {
    if (bytes.length !== keyBytes) throw new SecretsUnavailable('A data key has the wrong length.')
    return { id, key: createSecretKey(bytes) }
  } finally {
    bytes.fill(0)
  }
}

/** Encrypts a text for its place. */
export function sealText({ id, key }: DataKey, place: SealedPlace, text: string): Promise<Sealed> {
  return sealBytes({ id, key }, place, new TextEncoder().encode(text))
}

/** Decrypts a text, and overwrites its bytes. Throws `SecretsUnavailable` if value, key and place do not fit. */
export function openText(key: DataKey, { value }: Sealed, place: SealedPlace): string {
  const { bytes, place: sealedFor } = openBytes(key, value)
  try {
    const isHere =
      sealedFor.tenant === place.tenant &&
      sealedFor.ref === place.ref &&
      sealedFor.provider === place.provider
    if (!isHere) throw new SecretsUnavailable('A stored value belongs to another place.')
    return new TextDecoder().decode(bytes)
  } finally {
    bytes.fill(0)
  }
}

/** Encrypts a tenant's value with another data key, for the place that it was sealed for. */
export async function reseal(from: DataKey, to: DataKey, sealed: Sealed, tenant: string): Promise<Sealed> {
  const { bytes, place } = openBytes(from, sealed.value)
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

function openBytes({ id, key }: DataKey, value: string): { bytes: Uint8Array; place: SealedPlace } {
  const { header, bytes } = opened(value, key)
  const place = headerSchema.safeParse(header).data
  if (place?.kid !== id) throw new SecretsUnavailable('A stored value belongs to another data key.')
  return { bytes, place }
}

function opened(value: string, key: KeyObject): OpenedJwe {
  try {
    return openJwe(value, key, 'dir')
  } catch {
    // The cause may quote the value.
    throw new SecretsUnavailable('A stored value does not open.')
  }
}
