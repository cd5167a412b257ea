/** What several dynos share by Redis or Valkey: the key-value store, the counting of rates, and invalidations. */

import type { InvalidationListener } from '../../ports/invalidations.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import type { OpenedStore, RedisServerSettings } from '../../ports/kv-driver.ts'
import type { RedisFailure } from '../../ports/metrics.ts'
import { createAskRedis } from './redis-ask.ts'
import type { RedisClient } from './redis-connection.ts'
import { createRedisInvalidations } from './redis-invalidations.ts'
import { createRedisLink, type RedisState } from './redis-link.ts'
import { memoryOf } from './redis-memory.ts'
import { countInRedis } from './redis-rates.ts'
import { createRedisStore } from './redis-store.ts'

export interface RedisOptions extends RedisServerSettings {
  /** Begins all keys and names the channel, so that two fleets may share one Redis. */
  prefix: string
  /** Takes over while Redis is away, and is emptied when it is back. */
  fallback(): KeyValueStore
  /** Told of each change, not of each command. */
  onState(state: RedisState): void
  /** A command that Redis refused though it answers (no memory left, say); told at most once a minute. */
  onRefusal(error: unknown): void
  /** Told of every failure, for counting. Default: nobody counts. */
  onFailure?(kind: RedisFailure): void
  /** Under which key of the store the configuration of a host lies, so that it goes in one step with the word that it has to go. */
  configKey(host: string): string
  /** The time in milliseconds. */
  now: () => number
}

/** A store on Redis. Only `ready` rejects; no other function takes much longer than `commandMs`. */
export type Redis = Required<OpenedStore>

/** Others are told only where the configuration is gone: they would read the old one again. */
const forgetScript = `
redis.call('DEL', KEYS[1])
return redis.call('PUBLISH', ARGV[1], ARGV[2])
`

/** In one step; a transaction would break the protocol on the connection that is subscribed itself (Redis before 7.2). */
function forgetInRedis(client: RedisClient, key: string, channel: string, message: string): Promise<unknown> {
  return client.eval(forgetScript, { keys: [key], arguments: [channel, message] })
}

/** Makes them over one connection, which it begins to open; works without Redis being there. */
export function createRedis(options: RedisOptions): Redis {
  const { prefix, onRefusal, onFailure = () => undefined, now } = options
  let memory = options.fallback()
  let listener: InvalidationListener | undefined
  let isSubscribed = false
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
    onFailure,
  })
  const ask = createAskRedis({ link, onRefusal, onFailure, now })

  function restored(): void {
    memory = options.fallback()
    if (!isSubscribed) listener?.restored()
    isSubscribed = true
  }

  function lost(): void {
    isSubscribed = false
    listener?.lost()
  }

  const invalidations = createRedisInvalidations({
    publish: async (host, message) =>
      (await ask((client) => forgetInRedis(client, prefix + options.configKey(host), channel, message))) !==
      undefined,
    heard: (host) => listener?.invalidated(host),
  })

  return {
    kv: createRedisStore({ ask, prefix, fallback: () => memory }),
    counter: {
      async take(key, rate, count = 1) {
        return (await ask((client) => countInRedis(client, prefix + key, rate, count))) ?? null
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
    ready: link.ready,
    async memory() {
      const said = await ask((client) => client.info('memory'))
      return said === undefined ? null : memoryOf(said)
    },
    close: link.close,
  }
}
