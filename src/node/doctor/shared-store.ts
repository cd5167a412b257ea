/** Whether Redis does what several dynos need of it: reached by each, shared by all, and not full. */

import { noMetrics } from '../../ports/metrics.ts'
import type { Redis, RedisMemory } from '../../providers/kv/redis.ts'
import type { Settings } from '../../runtime/settings/settings.ts'
import { createLogger } from '../../runtime/telemetry/log.ts'
import { openRedis } from '../shared-store.ts'
import type { Verdict } from './examination.ts'
import { hasCode } from './explain.ts'
import { Trouble } from './trouble.ts'

const readyMs = 10_000
/** A slow answer is no wrong one; it counts as no answer only in a program that has visitors. */
const commandMs = 5000
const ttlSeconds = 60
/** From here on a Redis that evicts nothing is about to refuse. Share of its limit. */
const nearlyFull = 0.8

/** Writes as one process and reads as another: a store that is not shared, or not there, shows. */
export async function checkSharedStore(
  { baseDomain, redis }: Pick<Settings, 'baseDomain' | 'redis'>,
  now: () => number,
): Promise<Verdict<undefined>> {
  const settings = { baseDomain, redis: redis && { ...redis, timeoutMs: commandMs } }
  const log = createLogger({ level: 'error', write: () => undefined })
  const open = () => openRedis({ settings, log, metrics: noMetrics, now })
  const [one, other] = await Promise.all([open(), open()])
  if (!one || !other) throw new TypeError('no Redis is named')
  try {
    await Promise.all([reach(one), reach(other)])
    await share(one, other)
    return judge(await one.memory())
  } finally {
    one.close()
    other.close()
  }
}

async function reach({ ready }: Redis): Promise<void> {
  await ready(readyMs).catch((error: unknown) => {
    if (isUntrusted(error)) {
      throw new Trouble(
        'its certificate is not trusted',
        'Heroku’s own Redis signs its certificate itself: set REDIS_TLS_VERIFY=false there, and only there. A private authority is named by NODE_EXTRA_CA_CERTS.',
        error instanceof Error ? error.cause : error,
      )
    }
    throw new Trouble(
      'it cannot be reached',
      'Correct REDIS_URL, or look at the state of the Redis server. Until then every process asks for itself.',
      error instanceof Error ? error.cause : error,
    )
  })
}

/** Node's codes for certificates that it does not accept. */
const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]

function isUntrusted(error: unknown): boolean {
  return untrusted.some((code) => hasCode(error, code))
}

async function share({ kv: one }: Redis, { kv: other }: Redis): Promise<void> {
  const key = `doctor:${crypto.randomUUID()}`
  const value = crypto.randomUUID()
  await one.put(key, value, { ttlSeconds })
  const seen = await other.get(key)
  await one.delete(key)
  if (seen === value) return
  throw new Trouble(
    'what one process writes, another one does not find: it answers, but takes nothing, or loses it at once',
    'Look at its memory and at the rights of the user in REDIS_URL (the log says `redis refused` with its words).',
  )
}

function judge(memory: RedisMemory | null): Verdict<undefined> {
  const shared = 'what one process writes, another one reads'
  if (!memory) return { value: undefined, said: `${shared}; it does not tell of its memory` }
  const { usedBytes, limitBytes, policy } = memory
  if (limitBytes === 0)
    return { value: undefined, said: `${shared}; ${megabytes(usedBytes)} used, without a limit` }
  const said = `${shared}; ${megabytes(usedBytes)} of ${megabytes(limitBytes)} used, ${policy}`
  if (policy !== 'noeviction') return { value: undefined, said }
  return {
    value: undefined,
    said:
      usedBytes >= limitBytes * nearlyFull
        ? `${said}: it is nearly full, and then refuses what is new`
        : `${said}: once it is full it refuses what is new`,
    warning: true,
    todo: 'Set `maxmemory-policy` to `volatile-lru` (Heroku: `heroku redis:maxmemory --policy volatile-lru -a <app>`); see docs/operations/heroku.md.',
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
