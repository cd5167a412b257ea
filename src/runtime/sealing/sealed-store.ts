/** Values in a store that others may read and write: encrypted, authenticated, dated, and bound to one host and one key. */
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { createSealer } from '../../base/sealing/sealed-token.ts'
import type { Secret } from '../../base/secret.ts'
import type { KeyValueStore } from '../../ports/kv.ts'

export interface SealedStoreOptions {
  kv: KeyValueStore
  /** The first secret seals; every secret opens. */
  secrets: readonly [Secret, ...Secret[]]
  /** Name of the encryption key. Values of another purpose cannot be opened. */
  purpose: string
  /** Characters of the longest sealed value that is opened. */
  maxLength: number
  /** Characters of the cache of opened values, so that an unchanged value is opened once. Default: no cache. */
  maxOpened?: number
  /** Milliseconds since 1970. */
  now: () => number
}

/** Rejects when the store rejects, but never because of a stored value. */
export interface SealedStore {
  /** True when no other process sees the store. See {@link KeyValueStore.isOwn}. */
  readonly isOwn: boolean
  /** Returns `null` for an unknown key, and for a value that was altered, expired, or sealed for another host or key. */
  get(host: string, key: string): Promise<string | null>
  /** Seals and stores the value. After `ttlSeconds` the value cannot be opened, even if the store keeps it. */
  put(host: string, key: string, value: string, options: { ttlSeconds: number }): Promise<void>
  delete(key: string): Promise<void>
}

const contentSchema = z.object({ value: z.string() })

interface OpenedValue {
  sealed: string
  value: string
  /** Seconds since 1970. */
  expiresAt: number
}

/** Creates the store of one purpose. Values in the process's own memory are not sealed, since no other program can reach them. */
export function createSealedStore(options: SealedStoreOptions): SealedStore {
  const { kv, maxOpened, now, ...sealing } = options
  const sealer = createSealer({ ...sealing, schema: contentSchema, now })
  const opened =
    maxOpened === undefined
      ? undefined
      : new LRUCache<string, OpenedValue>({
          maxSize: maxOpened,
          sizeCalculation: ({ sealed, value }, name) => sealed.length + value.length + name.length,
        })

  async function open(host: string, key: string, sealed: string): Promise<string | null> {
    const name = `${host} ${key}`
    const known = opened?.get(name)
    if (known?.sealed === sealed && known.expiresAt * 1000 > now()) return known.value
    const found = await sealer.open(sealed, name)
    if (!found) return null
    const { value } = found.content
    opened?.set(name, { sealed, value, expiresAt: found.expiresAt })
    return value
  }

  return {
    isOwn: kv.isOwn === true,
    async get(host, key) {
      const found = await kv.get(key)
      return found === null || kv.isOwn ? found : open(host, key, found)
    },
    async put(host, key, value, { ttlSeconds }) {
      const seal = () =>
        sealer.seal({ value }, { audience: `${host} ${key}`, expiresInSeconds: Math.ceil(ttlSeconds) })
      await kv.put(key, kv.isOwn ? value : await seal(), { ttlSeconds })
    },
    delete: (key) => kv.delete(key),
  }
}
