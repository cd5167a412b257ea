/** The Redis adapter as a host opens it, and a look at what lies in Redis. */
import { createClient } from '@redis/client'
import { createMemoryKeyValueStore } from '../../src/providers/kv/memory.ts'
import { createRedis, type Redis } from '../../src/providers/kv/redis.ts'
import { type RedisServer, secretUrl } from './redis-server.ts'

export interface OpenRedis extends Redis, Disposable {
  /** What the host would log. */
  states: string[]
  refusals: unknown[]
  /** What the host would count. */
  failures: string[]
  /** Resolves when it has been up, or down, this many times. */
  reached(state: 'up' | 'down' | 'slow', times?: number): Promise<void>
}

export const prefix = 'publisher:shibari.test:'

/** Opens a connection of its own, as each dyno has; patient, so that a busy machine is no slow Redis. */
export function openRedis(server: RedisServer, commandMs = 10_000): OpenRedis {
  const states: string[] = []
  const refusals: unknown[] = []
  const failures: string[] = []
  let changed = Promise.withResolvers<void>()
  const redis = createRedis({
    url: secretUrl(server),
    verifyTls: false,
    commandMs,
    prefix,
    fallback: () => createMemoryKeyValueStore(),
    now: Date.now,
    configKey: (host) => `config:${host}`,
    onRefusal: (error) => refusals.push(error),
    onFailure: (kind) => failures.push(kind),
    onState({ is }) {
      states.push(is)
      changed.resolve()
      changed = Promise.withResolvers()
    },
  })
  return {
    ...redis,
    states,
    refusals,
    failures,
    async reached(state, times = 1) {
      while (states.filter((seen) => seen === state).length < times) await changed.promise
    },
    [Symbol.dispose]: redis.close,
  }
}

const openClient = (url: string) => createClient({ url })

/** Runs commands on a connection of the test's own. */
export async function inRedis<T>(
  { url }: RedisServer,
  work: (client: ReturnType<typeof openClient>) => Promise<T>,
): Promise<T> {
  const client = openClient(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    client.destroy()
  }
}

/** All that Redis holds, as text. */
export function everythingIn(server: RedisServer): Promise<string> {
  return inRedis(server, async (client) => {
    const keys = await client.keys('*')
    const pairs = await Promise.all(keys.map(async (key) => `${key} = ${await client.get(key)}`))
    return pairs.sort().join('\n')
  })
}

/** Every command that Redis gets from now on, with its arguments; `await using` ends it. */
export async function commandsOf({ url }: RedisServer): Promise<{ commands: string[] } & AsyncDisposable> {
  const commands: string[] = []
  const client = openClient(url)
  await client.connect()
  await client.monitor((line) => commands.push(String(line)))
  return {
    commands,
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}
