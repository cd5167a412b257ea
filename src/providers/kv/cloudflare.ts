/** Key-value store on Cloudflare KV. Eventually consistent: fine for cached data, wrong for locks. */
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { within } from '../../base/time.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import type { KeyValueNamespace } from '../../ports/kv-driver.ts'

export interface CloudflareKeyValueOptions {
  now?: () => number
  /** Timeout of a call to Cloudflare KV. Default: 500. */
  answerMs?: number
}

/** Shortest expiration that Cloudflare accepts (KV documentation, "Expiring keys"). */
const minExpirationSeconds = 60

const entrySchema = z.object({ value: z.string(), expiresAt: z.number() })

/** Lifetime of a value in the isolate's own cache. A change in another isolate becomes visible after this delay. */
const ownMs = 60_000
/** Size of the isolate's own cache, out of the 128 MB of the isolate. */
const maxOwnCharacters = 4_000_000

type StoredEntry = z.output<typeof entrySchema>

/**
 * Creates the store. A cache of the isolate holds each value that was read or written for a minute. The value contains the real
 * expiry, because Cloudflare accepts no expiry below 60 seconds. Missing keys are not cached: Cloudflare itself may report a key as
 * missing for a minute after another location has written it. The binding has no timeout, so each function rejects when Cloudflare
 * does not answer within `answerMs`. Callers can always get the data from its source.
 */
export function createCloudflareKeyValueStore(
  namespace: KeyValueNamespace,
  { now = Date.now, answerMs = 500 }: CloudflareKeyValueOptions = {},
): KeyValueStore {
  const own = new LRUCache<string, { entry: StoredEntry; until: number }>({
    maxSize: maxOwnCharacters,
    sizeCalculation: ({ entry }, key) => entry.value.length + key.length + 64,
  })

  function keep(key: string, entry: StoredEntry): void {
    own.set(key, { entry, until: Math.min(entry.expiresAt, now() + ownMs) })
  }

  function findOwn(key: string): StoredEntry | null {
    const kept = own.get(key)
    if (kept && kept.until > now()) return kept.entry
    own.delete(key)
    return null
  }

  async function findStored(key: string): Promise<StoredEntry | null> {
    const stored = await within(namespace.get(key), answerMs, noAnswer)
    if (stored === null) return null
    const entry = entrySchema.safeParse(parseJson(stored))
    return entry.success && entry.data.expiresAt > now() ? entry.data : null
  }

  async function store(key: string, entry: StoredEntry, ttlSeconds: number): Promise<void> {
    const expirationTtl = Math.max(minExpirationSeconds, Math.ceil(ttlSeconds))
    await within(namespace.put(key, JSON.stringify(entry), { expirationTtl }), answerMs, noAnswer)
  }

  return {
    async get(key) {
      const kept = findOwn(key)
      if (kept) return kept.value
      const stored = await findStored(key)
      if (stored) keep(key, stored)
      return stored === null ? null : stored.value
    },
    async put(key, value, { ttlSeconds }) {
      const entry = { value, expiresAt: now() + ttlSeconds * 1000 }
      keep(key, entry)
      await store(key, entry, ttlSeconds)
      return true
    },
    // Exact within the isolate. Other locations see the claim up to a minute later, so a claim there may succeed too.
    async claim(key, { ttlSeconds }) {
      if (findOwn(key)) return false
      const entry = { value: '', expiresAt: now() + ttlSeconds * 1000 }
      keep(key, entry)
      if (await findStored(key)) return false
      await store(key, entry, ttlSeconds)
      return true
    },
    async delete(key) {
      own.delete(key)
      await within(namespace.delete(key), answerMs, noAnswer)
    },
  }
}

function noAnswer(): Error {
  return new Error('Cloudflare KV does not answer.')
}
