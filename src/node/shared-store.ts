/** Tools of a Node process for key-value stores: a connection to Redis, if the environment names a server. */
import type { Variables } from '../base/variables.ts'
import type { KeyValueTools } from '../ports/kv-driver.ts'
import type { Metrics } from '../ports/metrics.ts'
import { createMemoryKeyValueStore } from '../providers/kv/memory.ts'
import { keyValueStores } from '../providers/kv-stores.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import { describeError, type Logger } from '../runtime/telemetry/log.ts'
import { kvKey } from '../runtime/tenancy/config-cache/shared-configurations.ts'

export interface StoreToolOptions {
  settings: Pick<Settings, 'baseDomain'>
  variables: Variables
  log: Logger
  metrics: Metrics
  now: () => number
}

/** Returns the tools. Loads the Redis library only if needed, since loading would take most of a start. */
export async function storeTools(options: StoreToolOptions): Promise<KeyValueTools> {
  const { variables, now } = options
  if (!keyValueStores.redis.isNamed(variables)) return { now }
  return { now, openRedis: await redisOpener(options) }
}

async function redisOpener({
  settings,
  log,
  metrics,
  now,
}: StoreToolOptions): Promise<NonNullable<KeyValueTools['openRedis']>> {
  const { createRedis } = await import('../providers/kv/redis.ts')
  return (server) => {
    let isUp = false
    metrics.watch('redis_up', () => Number(isUp))
    return createRedis({
      ...server,
      prefix: `publisher:${settings.baseDomain}:`,
      configKey: kvKey,
      fallback: () => createMemoryKeyValueStore({ now }),
      now,
      onState(state) {
        isUp = state.is !== 'down'
        if (state.is === 'up') log.info('redis up')
        else if (state.is === 'slow') log.warn('redis slow')
        else log.warn('redis down', { error: describeError(state.cause) })
      },
      onRefusal: (error) => log.warn('redis refused', { error: describeError(error) }),
      onFailure: metrics.redisFailed,
    })
  }
}
