/** Key-value stores that a process can use. To add a store, put a file below src/providers/kv and an entry here. */
import { z } from 'zod'
import { Secret } from '../base/secret.ts'
import { flag, type Variables, whole } from '../base/variables.ts'
import {
  type KeyValueDriver,
  type KeyValueTools,
  keyValueDriver,
  type OpenedStore,
} from '../ports/kv-driver.ts'
import { createCloudflareKeyValueStore } from './kv/cloudflare.ts'
import { createMemoryKeyValueStore } from './kv/memory.ts'

/** Redis or Valkey, shared by several Node processes. */
const redis = keyValueDriver({
  title: 'Redis',
  vendor: 'redis',
  variables: {
    REDIS_URL: z
      .url({ protocol: /^rediss?$/, error: 'must be a redis or rediss URL' })
      .transform((value) => new Secret(value))
      .optional()
      .meta({
        description:
          'Redis 6 or newer, or Valkey, that all processes share. Otherwise each process has its own store.',
        examples: ['rediss://:password@redis.example.com:6380'],
        host: 'node',
      }),
    REDIS_TLS_VERIFY: flag(true).meta({
      description: "Verifies the certificate of a `rediss://` server. False for Heroku's own Redis only.",
      examples: ['false'],
      host: 'node',
    }),
    REDIS_TIMEOUT_MS: whole('milliseconds', 20, 5000)
      .default(250)
      .meta({ description: 'Timeout of one Redis command.', examples: ['500'], host: 'node' }),
  },
  needs: ['REDIS_URL'],
  isShared: true,
  brings: ['counter', 'invalidations'],
  advice: {
    unset: 'REDIS_URL is not set: each process keeps its own cache',
    untrusted:
      'Heroku’s own Redis uses a self-signed certificate: set REDIS_TLS_VERIFY=false there, and only there. For a private certificate authority, set NODE_EXTRA_CA_CERTS.',
    unreachable: 'Correct REDIS_URL, or check the Redis server. Until then, each process uses its own cache.',
    unshared:
      'Check the memory of Redis and the permissions of the user in REDIS_URL. The log entry `redis refused` has the reason.',
    evictsNothing:
      'Set `maxmemory-policy` to `volatile-lru` (Heroku: `heroku redis:maxmemory --policy volatile-lru -a <app>`); see docs/operations/heroku.md.',
  },
  open({ openRedis, callMs }, { REDIS_URL: url, REDIS_TLS_VERIFY: verifyTls, REDIS_TIMEOUT_MS: timeoutMs }) {
    if (!openRedis || url === undefined) return null
    return openRedis({ url, verifyTls, commandMs: callMs ?? timeoutMs })
  },
})

/** Cloudflare KV, shared by all isolates of a Worker that has the binding. */
const cloudflare = keyValueDriver({
  title: 'Cloudflare KV',
  vendor: 'cloudflare',
  variables: {
    KV_TIMEOUT_MS: whole('milliseconds', 20, 10_000)
      .default(500)
      .meta({ description: 'Timeout of one call to Cloudflare KV.', examples: ['1000'], host: 'workers' }),
  },
  needs: [],
  isShared: true,
  brings: [],
  open: ({ namespace, now, callMs }, { KV_TIMEOUT_MS: timeoutMs }) =>
    namespace
      ? { kv: createCloudflareKeyValueStore(namespace, { now, answerMs: callMs ?? timeoutMs }) }
      : null,
})

/** Memory of the process, used when no other store is set up. */
const memory = keyValueDriver({
  title: 'the memory of the process',
  vendor: 'memory',
  variables: {},
  needs: [],
  isShared: false,
  brings: [],
  open: ({ now }) => ({ kv: createMemoryKeyValueStore({ now }) }),
})

/** All stores in order of preference. A process uses the first store that is set up; memory always is. */
export const keyValueStores = {
  redis,
  cloudflare,
  memory,
} as const satisfies Readonly<Record<string, KeyValueDriver>>

/** Opens the store of one process. Never waits for its server. */
export function openKeyValueStore(tools: KeyValueTools, variables: Variables): OpenedStore {
  for (const driver of Object.values<KeyValueDriver>(keyValueStores)) {
    const opened = driver.open(tools, variables)
    if (opened) return opened
  }
  throw new TypeError('unreachable: memory is always set up')
}
