/**
 * Tokens that an answer gives to a browser after a change of photos. A process that meets a new token forgets its memory of that host's
 * photos. So the browser sees its own change on every process.
 */
import { jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { deriveSigningKey } from '../../base/sealing/derived-keys.ts'
import type { Secret } from '../../base/secret.ts'
import type { Host } from '../../contract/host.ts'

/** `made`: the change has ended. `running`: it goes on after the answer has begun, as in a stream of events. */
export type ChangeKind = 'made' | 'running'

export interface ChangeTokens {
  /** Seconds for which tokens are valid. */
  readonly seconds: Readonly<Record<ChangeKind, number>>
  /** Creates a token for one host. This process need not honour it. */
  issue(host: Host, kind: ChangeKind): Promise<string>
  /**
   * Calls `forget` if this process must forget its memory of the host's photos. A valid token of a made change counts once, that of a
   * running change each time. A forged or expired token does nothing.
   */
  honour(token: string, host: Host, kind: ChangeKind, forget: () => void): Promise<void>
}

/** A memory is at most 30 s old. A stream ends after the longest analysis (150 s) or the longest post. */
const seconds = { made: 60, running: 180 } as const
const algorithm = 'HS256'
const purpose = 'change-token'
/** Upper bound on tokens that this process has honoured or issued. */
const maxKnown = 10_000
const maxLength = 500

/** Signs with the first secret and accepts every secret. Derives the keys at the first use. */
export function createChangeTokens(secrets: readonly [Secret, ...Secret[]], now: () => number): ChangeTokens {
  const known = new LRUCache<string, true>({ max: maxKnown })
  let derived: CryptoKey[] | undefined

  /** Caches the keys and not their promise: on Workers a promise may die with the request that awaits it first. */
  async function keys(): Promise<CryptoKey[]> {
    derived ??= await Promise.all(secrets.map((secret) => deriveSigningKey(secret, purpose)))
    return derived
  }

  async function isValid(token: string, host: Host, kind: ChangeKind): Promise<boolean> {
    const options = {
      algorithms: [algorithm],
      typ: typeOf(kind),
      audience: host,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'jti'],
    }
    for (const key of await keys()) {
      const verified = await jwtVerify(token, key, options).catch(() => null)
      if (verified) return true
    }
    return false
  }

  return {
    seconds,
    async issue(host, kind) {
      const [key] = await keys()
      if (!key) throw new TypeError('There is no secret to sign with.')
      const token = await new SignJWT()
        .setProtectedHeader({ alg: algorithm, typ: typeOf(kind) })
        .setAudience(host)
        .setJti(crypto.randomUUID())
        .setExpirationTime(new Date(now() + seconds[kind] * 1000))
        .sign(key)
      known.set(token, true)
      return token
    },

    async honour(token, host, kind, forget) {
      if (token.length > maxLength || known.has(token)) return
      if (!(await isValid(token, host, kind))) return
      forget()
      if (kind === 'made') known.set(token, true)
    },
  }
}

function typeOf(kind: ChangeKind): string {
  return `change-${kind}+jwt`
}
