/** What several dynos share, where the environment names a Redis; a process without one keeps for itself what it remembers and counts. */

import type { Metrics } from '../ports/metrics.ts'
import { createMemoryKeyValueStore } from '../providers/kv/memory.ts'
import type { Redis } from '../providers/kv/redis.ts'
import type { ServiceOptions } from '../runtime/services.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import { describeError, type Logger } from '../runtime/telemetry/log.ts'
import { kvKey } from '../runtime/tenancy/config-cache/shared-configurations.ts'

export interface SharedStoreOptions {
  settings: Pick<Settings, 'baseDomain' | 'redis'>
  log: Logger
  metrics: Metrics
  now: () => number
}

/** Opens it; `null` where the environment names none. Never waits for Redis. */
export async function openRedis({ settings, log, metrics, now }: SharedStoreOptions): Promise<Redis | null> {
  if (!settings.redis) return null
  const { url, verifyTls, timeoutMs } = settings.redis
  // Loaded late: most of the start would be for nothing where there is no Redis.
  const { createRedis } = await import('../providers/kv/redis.ts')
  let isUp = false
  metrics.watch('redis_up', () => Number(isUp))
  return createRedis({
    url,
    verifyTls,
    commandMs: timeoutMs,
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

/** What a process is wired with. */
export function sharedStores(
  redis: Redis | null,
  now: () => number,
): Pick<ServiceOptions, 'kv' | 'counter' | 'invalidations'> {
  if (!redis) return { kv: createMemoryKeyValueStore({ now }) }
  const { kv, counter, invalidations } = redis
  return { kv, counter, invalidations }
}
