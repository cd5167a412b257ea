/** Ciphertexts of the emulated KMS: ID of the key, nonce, and AES-GCM with the encryption context as additional data. */
import { KmsRefusal } from './wire.ts'

export interface KmsKey {
  id: string
  arn: string
  isEnabled: boolean
  material: Uint8Array<ArrayBuffer>
}

type Context = Readonly<Record<string, string>>

const nonceBytes = 12

/** Encrypts for a context. */
export async function sealBlob(key: KmsKey, plaintext: Uint8Array, context: Context): Promise<Buffer> {
  const id = Buffer.from(key.id)
  const iv = crypto.getRandomValues(new Uint8Array(nonceBytes))
  const params = { name: 'AES-GCM', iv, additionalData: bytesOf(context) }
  const sealed = await crypto.subtle.encrypt(params, await imported(key), new Uint8Array(plaintext))
  return Buffer.concat([Buffer.from([id.length]), id, iv, Buffer.from(sealed)])
}

/** Decrypts. Refuses a foreign key, a changed blob and another context as KMS does. */
export async function openBlob(
  keys: readonly KmsKey[],
  blob: Buffer,
  context: Context,
  named: KmsKey | undefined,
): Promise<{ key: KmsKey; plaintext: Buffer }> {
  const idEnd = 1 + (blob[0] ?? 0)
  const key = keys.find(({ id }) => id === blob.subarray(1, idEnd).toString())
  if (!key) throw new KmsRefusal('InvalidCiphertextException')
  if (named && named !== key)
    throw new KmsRefusal('IncorrectKeyException', {
      message: 'The key ID in the request does not identify a CMK that can perform this operation.',
    })
  const iv = new Uint8Array(blob.subarray(idEnd, idEnd + nonceBytes))
  const params = { name: 'AES-GCM', iv, additionalData: bytesOf(context) }
  const sealed = new Uint8Array(blob.subarray(idEnd + nonceBytes))
  try {
    return { key, plaintext: Buffer.from(await crypto.subtle.decrypt(params, await imported(key), sealed)) }
  } catch {
    throw new KmsRefusal('InvalidCiphertextException')
  }
}

function imported({ material }: KmsKey): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', material, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** Returns the pairs in a fixed order, because the order of a context does not matter. */
function bytesOf(context: Context): Uint8Array<ArrayBuffer> {
  const pairs = Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return new Uint8Array(new TextEncoder().encode(JSON.stringify(pairs)))
}
