/** Key-value store in Redis. A store of this process takes over while Redis is away. */
import type { KeyValueStore } from '../../ports/kv.ts'
import type { AskRedis } from './redis-ask.ts'

export interface RedisStoreOptions {
  ask: AskRedis
  /** Prefix of all keys. */
  prefix: string
  /** Returns the current fallback store. */
  fallback(): KeyValueStore
}

/** Creates the store. Its functions never reject because of Redis. */
export function createRedisStore({ ask, prefix, fallback }: RedisStoreOptions): KeyValueStore {
  return {
    async get(key) {
      const found = await ask((client) => client.get(prefix + key))
      return found === undefined ? fallback().get(key) : found
    },
    async put(key, value, { ttlSeconds }) {
      const expiration = expiryAfter(ttlSeconds)
      const done = await ask((client) => client.set(prefix + key, value, { expiration }))
      if (done === undefined) await fallback().put(key, value, { ttlSeconds })
      return done !== undefined
    },
    async delete(key) {
      await fallback().delete(key)
      await ask((client) => client.del(prefix + key))
    },
    // Atomic. If the answer is lost, Redis may have stored the claim, and other processes will see the key as claimed.
    async claim(key, { ttlSeconds }) {
      const expiration = expiryAfter(ttlSeconds)
      const answer = await ask((client) => client.set(prefix + key, '', { condition: 'NX', expiration }))
      return answer === undefined ? fallback().claim(key, { ttlSeconds }) : answer !== null
    },
  }
}

function expiryAfter(seconds: number) {
  return { type: 'EX', value: Math.max(1, Math.ceil(seconds)) } as const
}
