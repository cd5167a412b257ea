/** Claims of ids that may be used once, as reliably as a service without a database can tell. */
import { base64url } from 'jose'
import { LRUCache } from 'lru-cache'
import type { KeyValueStore } from '../../ports/kv.ts'
import { describeError, type Logger } from '../telemetry/log.ts'

export interface OneTimeOptions {
  /** Decides between processes, as reliably as the store allows. */
  kv: KeyValueStore
  log: Logger
}

/** Returns true for the first use of `id` only. Remembers the id for `seconds`, which must cover its validity. */
export type Claim = (id: string, seconds: number) => Promise<boolean>

const maxRemembered = 10_000

/**
 * Creates the claim function. It is exact within this process, and across processes while Redis answers. Otherwise reuse is still stopped
 * by the cookie, which is deleted at the first use, and by the provider's single-use code. So a failing store refuses no sign-in.
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

/** Hashes the id, since a store's error message may quote its key. */
async function keyOf(id: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id))
  return `used:${base64url.encode(new Uint8Array(digest))}`
}
