/**
 * What a browser keeps or carries for us, so that no server has to: encrypted, authentic, for one purpose, one audience and a
 * limited time (JWE in compact form, RFC 7516, with claims of RFC 7519).
 */
import { base64url, EncryptJWT, jwtDecrypt } from 'jose'
import type { z } from 'zod'
import type { Secret } from '../../base/secret.ts'
import { deriveEncryptionKey } from './derived-keys.ts'

export interface SealerOptions<T> {
  /** The first encrypts, all of them decrypt: a rotated secret goes on working until it is taken away. */
  secrets: readonly [Secret, ...Secret[]]
  /** Names the key and the token's `typ`: a token of one purpose is noise to all others. */
  purpose: string
  /** The content; `aud`, `iat` and `exp` are added to it. */
  schema: z.ZodType<T>
  /** Longest token that is looked at. Characters. Default: what a browser keeps in one cookie. */
  maxLength?: number
  /** Milliseconds since 1970. */
  now: () => number
}

export interface SealOptions {
  /** Who may open it. */
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
  /** `null` for whatever is not a token of this purpose and audience that is still valid. */
  open(token: string, audience: string): Promise<Opened<T> | null>
}

const keyManagement = 'dir'
const encryption = 'A256GCM'
/** What a browser keeps in one cookie (RFC 6265, section 6.1). Characters. */
const cookieLength = 4096

/** Makes the sealer of one purpose. Its keys are derived at the first use. */
export function createSealer<T extends Record<string, unknown>>(options: SealerOptions<T>): Sealer<T> {
  const { secrets, schema, maxLength = cookieLength, now } = options
  const typ = `${options.purpose}+jwt`
  let derived: [CryptoKey, ...CryptoKey[]] | undefined

  /** Kept only when they are there: on Workers a promise may die with the request that waits for it first. */
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
      // Why a token is refused is nobody's business: it may be an attacker's.
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

/** Whether each part is what encoding gives: decoders ignore left-over bits, so a changed token could still be a valid one. */
function isCanonical(token: string): boolean {
  try {
    return token.split('.').every((part) => base64url.encode(base64url.decode(part)) === part)
  } catch {
    return false
  }
}
