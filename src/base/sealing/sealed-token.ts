/**
 * Tokens that a browser stores or carries, so that the server keeps no state. They are encrypted and authenticated, for one purpose, one
 * audience and a limited time (JWE in compact form, RFC 7516, with claims of RFC 7519).
 */
import { base64url, EncryptJWT, jwtDecrypt } from 'jose'
import type { z } from 'zod'
import type { Secret } from '../secret.ts'
import { deriveEncryptionKey } from './derived-keys.ts'

export interface SealerOptions<T> {
  /** The first secret encrypts; every secret decrypts. A rotated secret works until it is removed. */
  secrets: readonly [Secret, ...Secret[]]
  /** Name of the key, and the token's `typ`. Tokens of another purpose cannot be opened. */
  purpose: string
  /** Schema of the content, to which `aud`, `iat` and `exp` are added. */
  schema: z.ZodType<T>
  /** Characters of the longest accepted token. Default: the size of a cookie. */
  maxLength?: number
  /** Milliseconds since 1970. */
  now: () => number
}

export interface SealOptions {
  /** Recipient that may open the token. */
  audience: string
  expiresInSeconds: number
}

export interface Opened<T> {
  content: T
  /** Seconds since 1970, as in the token. */
  issuedAt: number
  expiresAt: number
}

export interface Sealer<T> {
  seal(content: T, options: SealOptions): Promise<string>
  /** Returns `null` for anything but a valid token of this purpose and audience. */
  open(token: string, audience: string): Promise<Opened<T> | null>
}

const keyManagement = 'dir'
const encryption = 'A256GCM'
/** Longest cookie, in characters, that every browser keeps (RFC 6265, section 6.1). */
const cookieLength = 4096

/** Creates the sealer of one purpose. Derives its keys at the first use. */
export function createSealer<T extends Record<string, unknown>>(options: SealerOptions<T>): Sealer<T> {
  const { secrets, schema, maxLength = cookieLength, now } = options
  const typ = `${options.purpose}+jwt`
  let derived: [CryptoKey, ...CryptoKey[]] | undefined

  /** Caches the keys and not their promise: on Workers a promise may die with the request that awaits it first. */
  async function keys(): Promise<[CryptoKey, ...CryptoKey[]]> {
    if (derived) return derived
    const [first, ...older] = secrets
    const derive = (secret: Secret) => deriveEncryptionKey(secret, options.purpose)
    derived = await Promise.all<[Promise<CryptoKey>, ...Promise<CryptoKey>[]]>([
      derive(first),
      ...older.map(derive),
    ])
    return derived
  }

  async function openWith(key: CryptoKey, token: string, audience: string): Promise<Opened<T> | null> {
    try {
      const { payload } = await jwtDecrypt(token, key, {
        keyManagementAlgorithms: [keyManagement],
        contentEncryptionAlgorithms: [encryption],
        typ,
        audience,
        currentDate: new Date(now()),
        requiredClaims: ['iat', 'exp'],
      })
      return { content: schema.parse(payload), issuedAt: payload.iat ?? 0, expiresAt: payload.exp ?? 0 }
    } catch {
      // The token may come from an attacker, so the reason stays secret.
      return null
    }
  }

  return {
    async seal(content, { audience, expiresInSeconds }) {
      const [key] = await keys()
      const seconds = Math.floor(now() / 1000)
      return new EncryptJWT(content)
        .setProtectedHeader({ alg: keyManagement, enc: encryption, typ })
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + expiresInSeconds)
        .encrypt(key)
    },

    async open(token, audience) {
      if (token.length > maxLength || !isCanonical(token)) return null
      for (const key of await keys()) {
        const opened = await openWith(key, token, audience)
        if (opened) return opened
      }
      return null
    },
  }
}

/** Checks if each part is in canonical base64url. Decoders ignore left-over bits, so an altered token could otherwise stay valid. */
function isCanonical(token: string): boolean {
  try {
    return token.split('.').every((part) => base64url.encode(base64url.decode(part)) === part)
  } catch {
    return false
  }
}
