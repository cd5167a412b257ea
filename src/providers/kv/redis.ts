/** Services that dynos share through Redis or Valkey: the key-value store, the rate counter and invalidations. */

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
  /** Prefix of all keys and of the channel, so that two fleets can share one Redis. */
  prefix: string
  /** Creates the store that takes over while Redis is away. A new store replaces it when Redis is back. */
  fallback(): KeyValueStore
  /** Called for each change of state, not for each command. */
  onState(state: RedisState): void
  /** Called when Redis refuses a command, for example without free memory; at most once a minute. */
  onRefusal(error: unknown): void
  /** Called for every failure, for metrics. Default: does nothing. */
  onFailure?(kind: RedisFailure): void
  /** Returns the key of a host's configuration, so that deleting the configuration and publishing its invalidation is one step. */
  configKey(host: string): string
  /** Current time in milliseconds. */
  now: () => number
}

/** Store on Redis. Only `ready` rejects; no other function takes much longer than `commandMs`. */
export type Redis = Required<OpenedStore>

/** Deletes before it publishes: otherwise other processes could read the old configuration again. */
const forgetScript = `
redis.call('DEL', KEYS[1])
return redis.call('PUBLISH', ARGV[1], ARGV[2])
`

/** Runs the script. A transaction would break the protocol on a connection that is subscribed itself (Redis before 7.2). */
function forgetInRedis(client: RedisClient, key: string, channel: string, message: string): Promise<unknown> {
  return client.eval(forgetScript, { keys: [key], arguments: [channel, message] })
}

/** Creates the services over one connection, which opens in the background. Works while Redis is away. */
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
      // No action for `slow`: the subscription is still open, and messages arrive late.
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
    say: (message) => ask((client) => client.publish(channel, message)),
    heard: (host) => listener?.invalidated(host),
    heardChange: (host) => listener?.photosChanged(host),
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
      announceChange: invalidations.announceChange,
      listen(given) {
        listener = given
        // Messages are lost until Redis has been reached.
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
