/** Key-value store in the memory of one process, the default. Bounded, because requests from the internet fill it. */
import { LRUCache } from 'lru-cache'
import type { KeyValueStore } from '../../ports/kv.ts'

export interface MemoryKeyValueOptions {
  /** Characters of all keys and values; beyond this, the least recently used entries are evicted. Default: 4 million. */
  maxCharacters?: number
  now?: () => number
}

/** Creates an empty store. */
export function createMemoryKeyValueStore(options: MemoryKeyValueOptions = {}): KeyValueStore {
  const { maxCharacters = 4_000_000, now = Date.now } = options
  const entries = new LRUCache<string, { value: string; expiresAt: number }>({
    maxSize: maxCharacters,
    sizeCalculation: ({ value }, key) => value.length + key.length + 64,
  })

  function find(key: string): string | null {
    const entry = entries.get(key)
    if (!entry) return null
    if (entry.expiresAt > now()) return entry.value
    entries.delete(key)
    return null
  }

  function keep(key: string, value: string, ttlSeconds: number): void {
    entries.set(key, { value, expiresAt: now() + ttlSeconds * 1000 })
  }

  return {
    isOwn: true,
    get: async (key) => find(key),
    async put(key, value, { ttlSeconds }) {
      keep(key, value, ttlSeconds)
      return true
    },
    async delete(key) {
      entries.delete(key)
    },
    async claim(key, { ttlSeconds }) {
      if (find(key) !== null) return false
      keep(key, '', ttlSeconds)
      return true
    },
  }
}
