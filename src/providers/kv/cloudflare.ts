/** Cloudflare KV behind the key-value port. Eventually consistent: fine for what may be stale, wrong for locks. */
import { z } from 'zod'
import type { KeyValueStore } from '../../runtime/ports/kv.ts'

/** The part of Cloudflare's `KVNamespace` binding that is used here. */
export interface KeyValueNamespace {
  get(key: string): Promise<string | null>
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>
  delete(key: string): Promise<void>
}

/** Cloudflare refuses anything shorter (KV documentation, "Expiring keys"). */
const minExpirationTtl = 60

const entrySchema = z.object({ value: z.string(), expiresAt: z.number() })

/** Makes the store. The real expiry stands in the value, since Cloudflare knows none below 60 seconds. */
export function createCloudflareKeyValueStore(
  namespace: KeyValueNamespace,
  now: () => number = Date.now,
): KeyValueStore {
  return {
    async get(key) {
      const stored = await namespace.get(key)
      if (stored === null) return null
      const entry = entrySchema.safeParse(parseJson(stored))
      return entry.success && entry.data.expiresAt > now() ? entry.data.value : null
    },
    async put(key, value, { ttlSeconds }) {
      const entry = JSON.stringify({ value, expiresAt: now() + ttlSeconds * 1000 })
      await namespace.put(key, entry, { expirationTtl: Math.max(minExpirationTtl, Math.ceil(ttlSeconds)) })
    },
    delete: (key) => namespace.delete(key),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
