/** What several dynos share by Redis or Valkey: the key-value store, the counting of rates, and invalidations. */
import type { InvalidationListener, Invalidations } from '../../runtime/ports/invalidations.ts'
import type { KeyValueStore } from '../../runtime/ports/kv.ts'
import type { RateCounter } from '../../runtime/ports/rate-counter.ts'
import type { Secret } from '../../secret.ts'
import { createRedisInvalidations } from './redis-invalidations.ts'
import { createRedisLink, RedisAway, type RedisClient, type RedisState } from './redis-link.ts'
import { countInRedis } from './redis-rates.ts'

export interface RedisOptions {
  /** `redis://` or `rediss://`, with the password in it. */
  url: Secret
  /** Whether a certificate has to be signed by a known authority. Heroku's are not. */
  verifyTls: boolean
  /** Limit of one command. Milliseconds. */
  commandMs: number
  /** Begins all keys and names the channel, so that two fleets may share one Redis. */
  prefix: string
  /** Takes over while Redis is away, and is emptied when it is back. */
  fallback(): KeyValueStore
  /** Told of each change, not of each command. */
  onState(state: RedisState): void
  /** A command that Redis refused though it answers (no memory left, say); told at most once a minute. */
  onRefusal(error: unknown): void
  now: () => number
}

const refusalEveryMs = 60_000

/** None of its functions rejects, and none takes much longer than `commandMs`. */
export interface Redis {
  kv: KeyValueStore
  counter: RateCounter
  invalidations: Invalidations
  /** Ends the connection. */
  close(): void
}

/** Makes them over one connection, which it begins to open; works without Redis being there. */
export function createRedis(options: RedisOptions): Redis {
  const { prefix, onRefusal, now } = options
  let memory = options.fallback()
  let refusalToldAt = Number.NEGATIVE_INFINITY
  let listener: InvalidationListener | undefined
  const channel = `${prefix}invalidations`
  const link = createRedisLink({
    ...options,
    channel,
    onMessage: (message) => invalidations.receive(message),
    onAlive: () => void invalidations.deliver(),
    onState(state) {
      // Slow is like up here: the subscription stands, and what it brings arrives, if late.
      if (state.is === 'up') restored()
      if (state.is === 'down') lost()
      options.onState(state)
    },
  })
  let isSubscribed = false

  function restored(): void {
    memory = options.fallback()
    if (!isSubscribed) listener?.restored()
    isSubscribed = true
  }

  function lost(): void {
    isSubscribed = false
    listener?.lost()
  }

  /** `undefined` where there is no answer. */
  async function ask<T>(command: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
    try {
      return await link.run(command)
    } catch (error) {
      if (!(error instanceof RedisAway) && now() - refusalToldAt >= refusalEveryMs) {
        refusalToldAt = now()
        onRefusal(error)
      }
      return undefined
    }
  }

  const invalidations = createRedisInvalidations({
    publish: async (message) => (await ask((client) => client.publish(channel, message))) !== undefined,
    heard: (host) => listener?.invalidated(host),
  })

  return {
    kv: {
      async get(key) {
        const found = await ask((client) => client.get(prefix + key))
        return found === undefined ? memory.get(key) : found
      },
      async put(key, value, { ttlSeconds }) {
        const expiration = expiryAfter(ttlSeconds)
        const done = await ask((client) => client.set(prefix + key, value, { expiration }))
        if (done === undefined) await memory.put(key, value, { ttlSeconds })
      },
      async delete(key) {
        await memory.delete(key)
        await ask((client) => client.del(prefix + key))
      },
      // In one step. Where its answer is lost, the key may be taken all the same, and stays so for the other processes.
      async claim(key, { ttlSeconds }) {
        const expiration = expiryAfter(ttlSeconds)
        const answer = await ask((client) => client.set(prefix + key, '', { condition: 'NX', expiration }))
        return answer === undefined ? memory.claim(key, { ttlSeconds }) : answer !== null
      },
    },
    counter: {
      async take(key, rate) {
        return (await ask((client) => countInRedis(client, prefix + key, rate))) ?? null
      },
    },
    invalidations: {
      announce: invalidations.announce,
      listen(given) {
        listener = given
        // Until Redis has been reached, nothing is heard.
        if (isSubscribed) given.restored()
        else given.lost()
      },
    },
    close: link.close,
  }
}

function expiryAfter(seconds: number) {
  return { type: 'EX', value: Math.max(1, Math.ceil(seconds)) } as const
}
