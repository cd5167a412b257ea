/** What may be used once, as far as a service without a database can tell. */
import { base64url } from 'jose'
import { LRUCache } from 'lru-cache'
import type { KeyValueStore } from '../../ports/kv.ts'
import { describeError, type Logger } from '../telemetry/log.ts'

export interface OneTimeOptions {
  /** Decides between processes, as exactly as it can. */
  kv: KeyValueStore
  log: Logger
}

/** Whether this is the first use of `id`. It is remembered for `seconds`, which should be at least as long as it is valid. */
export type Claim = (id: string, seconds: number) => Promise<boolean>

const maxRemembered = 10_000

/**
 * Makes it. This process is certain of itself. Other processes are sure to know it where the store is Redis and answers; else it is a
 * second net below the cookie that is deleted at the first use and the provider's own single-use code, so a failing store stops nobody.
 */
export function createClaim({ kv, log }: OneTimeOptions): Claim {
  const used = new LRUCache<string, true>({ max: maxRemembered })
  return async (id, seconds) => {
    if (used.has(id)) return false
    used.set(id, true)
    try {
      return await kv.claim(await keyOf(id), { ttlSeconds: seconds })
    } catch (error) {
      log.warn('shared store failed', { operation: 'claim', error: describeError(error) })
      return true
    }
  }
}

/** A digest, for a store's error message may quote its key. */
async function keyOf(id: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id))
  return `used:${base64url.encode(new Uint8Array(digest))}`
}
