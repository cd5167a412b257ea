/**
 * Opens JWEs in compact form (RFC 7516) that jose sealed with `A256GCM`. Uses Node's synchronous AES: Web Crypto passes each value to a thread
 * and back, which takes far longer than decrypting 200 bytes.
 */
import { createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'

export interface OpenedJwe {
  /** Protected header, which is authentic. */
  header: Readonly<Record<string, unknown>>
  /** Clear text in memory of its own, which the caller overwrites after use. */
  bytes: Uint8Array<ArrayBuffer>
}

/** Ways to the content key: the key itself, or AES key wrap (RFC 7518, sections 4.4 and 4.5). */
export type KeyManagement = 'dir' | 'A256KW'

/** Length of keys for AES-256. */
export const keyBytes = 32
/** Lengths that RFC 7518, section 5.3, requires. */
const ivBytes = 12
const tagBytes = 16
/** Initial value of key wrap (RFC 3394, section 2.2.3.1). */
const wrapIv = Buffer.alloc(8, 0xa6)

/** Opens a JWE with the key. Throws an `Error` for any other text, key or algorithm. */
export function openJwe(text: string, key: KeyObject, alg: KeyManagement): OpenedJwe {
  const [protectedHeader, wrappedKey, iv, ciphertext, tag, ...more] = text.split('.')
  if (protectedHeader === undefined || wrappedKey === undefined || tag === undefined || more.length > 0)
    throw new Error('This is not a compact JWE.')
  const header = headerOf(protectedHeader, alg)
  const contentKey = contentKeyOf(wrappedKey, key, alg)
  const bytes = decrypt(contentKey, {
    iv: decode(iv),
    ciphertext: decode(ciphertext),
    tag: decode(tag),
    additional: Buffer.from(protectedHeader),
  })
  return { header, bytes }
}

function headerOf(text: string, alg: KeyManagement): OpenedJwe['header'] {
  const header: unknown = JSON.parse(decode(text).toString())
  if (typeof header !== 'object' || header === null) throw new Error('The header is not an object.')
  const members: OpenedJwe['header'] = { ...header }
  // Compression and extensions that must be understood are not supported.
  const isOurs = members.alg === alg && members.enc === 'A256GCM' && !('crit' in members || 'zip' in members)
  if (!isOurs) throw new Error('The header names another algorithm.')
  return members
}

function contentKeyOf(wrapped: string, key: KeyObject, alg: KeyManagement): KeyObject {
  if (alg === 'dir') {
    if (wrapped !== '') throw new Error('A direct key comes without a wrapped key.')
    return key
  }
  const unwrap = createDecipheriv('id-aes256-wrap', key, wrapIv)
  const bytes = unwrap.update(decode(wrapped))
  unwrap.final()
  if (bytes.length !== keyBytes) throw new Error('The content key has the wrong length.')
  const contentKey = createSecretKey(bytes)
  bytes.fill(0)
  return contentKey
}

function decrypt(
  key: KeyObject,
  { iv, ciphertext, tag, additional }: Record<'iv' | 'ciphertext' | 'tag' | 'additional', Buffer>,
): Uint8Array<ArrayBuffer> {
  if (iv.length !== ivBytes) throw new Error('The initialization vector has the wrong length.')
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
  decipher.setAAD(additional)
  decipher.setAuthTag(tag)
  const bytes = decipher.update(ciphertext)
  // Throws if the tag does not fit.
  decipher.final()
  return bytes
}

function decode(part = ''): Buffer {
  return Buffer.from(part, 'base64url')
}
