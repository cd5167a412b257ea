/** Values about tenants in a store that others may read and write: encrypted, authentic, dated, and bound to one host and one key. */
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Secret } from '../../base/secret.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import { createSealer } from './sealed-token.ts'

export interface SealedStoreOptions {
  kv: KeyValueStore
  /** The first seals, all of them open. */
  secrets: readonly [Secret, ...Secret[]]
  /** Names the encryption key: a value of one purpose is noise to all others. */
  purpose: string
  /** Longest sealed value that is opened. Characters. */
  maxLength: number
  /** Characters of opened values that are kept, so that an unchanged value is opened once. Default: none are kept. */
  maxOpened?: number
  /** Milliseconds since 1970. */
  now: () => number
}

/** Rejects where the store does, and for nothing that lies in it. */
export interface SealedStore {
  /** No other process sees the store. See {@link KeyValueStore.isOwn}. */
  readonly isOwn: boolean
  /** Gives `null` for an unknown key, and for a value that was altered, is out of date, or was sealed for another host or key. */
  get(host: string, key: string): Promise<string | null>
  /** The value cannot be opened any more after `ttlSeconds`, even where the store keeps it. */
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

/** Makes the store of one purpose. Values in a process's own memory stay as they are: no other program can reach them. */
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
