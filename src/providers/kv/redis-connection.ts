/** Keeps a connection to Redis open and subscribed: opens and pings the connection, and replaces a lost connection. */
// Node's own timer, not `pause` of src/base/time.ts: only Node's timer can let the process exit (`ref: false`).
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '@redis/client'
import type { Secret } from '../../base/secret.ts'
import { RedisAway, redisWithin } from './redis-within.ts'

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://` URL, including the password. */
  url: Secret
  /** True when the certificate must be for this host and from a known authority. Heroku's Redis has no such certificate. */
  verifyTls: boolean
  channel: string
  onMessage(message: string): void
  /** Called when a connection is open and subscribed. */
  onUp(): void
  /** Called for each connection that was lost or failed to open. */
  onDown(cause: unknown): void
  /** Called when a connection is open and subscribed, and every few seconds while it answers. */
  onAlive(): void
}

export interface RedisConnection {
  /** Returns the connected and subscribed client, or `undefined` without a connection. */
  client(): RedisClient | undefined
  /**
   * Resolves when the connection is open and subscribed. Rejects with {@link RedisAway} when the current attempt fails, at the latest
   * after `ms` milliseconds; `cause` has the reason.
   */
  ready(ms: number): Promise<void>
  close(): void
}

export type RedisClient = ReturnType<typeof makeClient>

const connectMs = 3000
/** Interval of pings, which detect dead connections. Heroku closes a connection that is idle for 300 s. */
const pingEveryMs = 5000
const silenceMs = 2000
const firstRetryMs = 250
const maxRetryMs = 5000

/** Connects in the background and reconnects until closed. Never keeps the process alive. */
export function keepConnected(options: RedisConnectionOptions): RedisConnection {
  const ended = new AbortController()
  let current: RedisClient | undefined
  let attempt = beginAttempt()

  /** Never resolves; rejects when the connection is lost. */
  async function serve(client: RedisClient, lost: Promise<never>): Promise<never> {
    await redisWithin(Promise.race([connect(client), lost]), connectMs)
    current = client
    options.onUp()
    attempt.resolve()
    for (;;) {
      options.onAlive()
      await Promise.race([delay(pingEveryMs, undefined, { ref: false, signal: ended.signal }), lost])
      await redisWithin(Promise.race([client.ping(), lost]), silenceMs)
    }
  }

  async function connect(client: RedisClient): Promise<void> {
    await client.connect()
    await client.subscribe(options.channel, options.onMessage)
  }

  async function run(): Promise<void> {
    for (let failures = 0; !ended.signal.aborted; failures++) {
      const client = makeClient(options)
      const { promise: lost, reject } = Promise.withResolvers<never>()
      lost.catch(() => undefined)
      client.on('error', reject)
      client.on('end', () => reject(new RedisAway('The connection to Redis has ended.')))
      client.unref()
      const cause: unknown = await serve(client, lost).catch((error: unknown) => error)
      if (current) failures = 0
      current = undefined
      if (client.isOpen) client.destroy()
      if (ended.signal.aborted) return
      options.onDown(cause)
      attempt.reject(cause)
      attempt = beginAttempt()
      const longest = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures, 10))
      const pause = longest * (0.5 + Math.random() / 2)
      await delay(pause, undefined, { ref: false, signal: ended.signal }).catch(() => undefined)
    }
  }

  void run()
  return {
    client: () => current,
    async ready(ms) {
      try {
        await redisWithin(attempt.promise, ms)
      } catch (cause) {
        throw new RedisAway('Redis cannot be reached.', { cause })
      }
    },
    close() {
      ended.abort()
      if (current?.isOpen) current.destroy()
      current = undefined
    },
  }
}

/** Creates a promise for callers of `ready`. Without such a caller, its rejection is ignored. */
function beginAttempt() {
  const attempt = Promise.withResolvers<void>()
  attempt.promise.catch(() => undefined)
  return attempt
}

function makeClient({ url, verifyTls }: Pick<RedisConnectionOptions, 'url' | 'verifyTls'>) {
  const address = url.reveal()
  return createClient({
    url: address,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: connectMs,
      reconnectStrategy: false,
      ...(address.startsWith('rediss:') && { tls: true, rejectUnauthorized: verifyTls }),
    },
  })
}
