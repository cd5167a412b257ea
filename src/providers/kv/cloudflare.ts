/** Cloudflare KV behind the key-value port. Eventually consistent: fine for what may be stale, wrong for locks. */
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { within } from '../../base/time.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import type { KeyValueNamespace } from '../../ports/kv-driver.ts'

export interface CloudflareKeyValueOptions {
  now?: () => number
  /** Limit of one call. Milliseconds. Default 500. */
  answerMs?: number
}

/** Cloudflare refuses anything shorter (KV documentation, "Expiring keys"). */
const minExpirationTtl = 60

const entrySchema = z.object({ value: z.string(), expiresAt: z.number() })

/** Values that an isolate keeps for itself: longer would add to how late it hears of a change elsewhere. */
const ownMs = 60_000
/** Of an isolate's 128 MB. */
const maxOwnCharacters = 4_000_000

type StoredEntry = z.output<typeof entrySchema>

/**
 * Makes the store, with a layer of the isolate's own in front: what it has read or written is not asked for again for a minute. The
 * real expiry stands in the value, since Cloudflare knows none below 60 seconds. That a key is missing is not kept: Cloudflare itself
 * may say so for a minute after another place has written it. Each function rejects where Cloudflare does not answer within `answerMs`:
 * it sets no limit of its own, and what is waited for here can always be had elsewhere.
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
    const expirationTtl = Math.max(minExpirationTtl, Math.ceil(ttlSeconds))
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
    // Exact within the isolate. Elsewhere it is seen a minute later, and who asks there until then is the first as well.
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
