/**
 * One connection to Redis or Valkey (version 6 or newer), for commands and a subscription alike (RESP3). While it does not stand,
 * or answers too slowly, every command fails at once: nothing queues up.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '@redis/client'
import type { Secret } from '../../secret.ts'

export interface RedisLinkOptions {
  /** `redis://` or `rediss://`, with the password in it. */
  url: Secret
  /** Whether a certificate has to be signed by a known authority. Heroku's are not. */
  verifyTls: boolean
  /** Limit of one command. Milliseconds. */
  commandMs: number
  channel: string
  onMessage(message: string): void
  /** Called for each change; a state lasts until the next one. */
  onState(state: RedisState): void
  /** Called when the connection stands and is subscribed, and every few seconds while it answers. */
  onAlive(): void
}

export type RedisState =
  | { is: 'up' }
  /** `cause` says why: refused, ended, silent. */
  | { is: 'down'; cause: unknown }
  /** The connection stands, but a command took too long. */
  | { is: 'slow' }

export interface RedisLink {
  /**
   * Runs one command, for at most `commandMs`. Rejects with {@link RedisAway} where there is no connection or no answer in time, else
   * with what Redis refused it for.
   */
  run<T>(command: (client: RedisClient) => Promise<T>): Promise<T>
  close(): void
}

export class RedisAway extends Error {
  override readonly name = 'RedisAway'
}

export type RedisClient = ReturnType<typeof makeClient>

/** After a command without an answer, Redis is left alone for this long. */
const pauseMs = 2000
const connectMs = 3000
/** Keeps the connection from being idle (Heroku closes those after 300 s) and finds one that is dead without a word. */
const pingEveryMs = 5000
const silenceMs = 2000
const firstRetryMs = 250
const maxRetryMs = 5000

/** Begins to connect and goes on for ever; never waits for Redis, and keeps no process alive. */
export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const { commandMs } = options
  const ended = new AbortController()
  let current: RedisClient | undefined
  let state: RedisState['is'] | undefined
  let pausedUntil = 0

  function enter(next: RedisState): void {
    if (state === next.is || ended.signal.aborted) return
    state = next.is
    options.onState(next)
  }

  /** Resolves never; rejects when the connection is lost. */
  async function serve(client: RedisClient, lost: Promise<never>): Promise<never> {
    await within(connectMs, Promise.race([connect(client), lost]))
    current = client
    pausedUntil = 0
    enter({ is: 'up' })
    for (;;) {
      options.onAlive()
      await Promise.race([delay(pingEveryMs, undefined, { ref: false, signal: ended.signal }), lost])
      await within(silenceMs, Promise.race([client.ping(), lost]))
    }
  }

  async function connect(client: RedisClient): Promise<void> {
    await client.connect()
    await client.subscribe(options.channel, options.onMessage)
  }

  async function keepConnected(): Promise<void> {
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
      enter({ is: 'down', cause })
      const longest = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures, 10))
      const pause = longest * (0.5 + Math.random() / 2)
      await delay(pause, undefined, { ref: false, signal: ended.signal }).catch(() => undefined)
    }
  }

  void keepConnected()
  return {
    async run(command) {
      const client = current
      if (!client || performance.now() < pausedUntil) throw new RedisAway('Redis is not asked at the moment.')
      try {
        const answer = await within(commandMs, command(client))
        if (client === current) enter({ is: 'up' })
        return answer
      } catch (error) {
        if (error instanceof RedisAway && client === current) {
          pausedUntil = performance.now() + pauseMs
          enter({ is: 'slow' })
        }
        throw client.isReady ? error : new RedisAway('The connection to Redis is lost.', { cause: error })
      }
    },
    close() {
      ended.abort()
      if (current?.isOpen) current.destroy()
      current = undefined
    },
  }
}

function makeClient({ url, verifyTls }: Pick<RedisLinkOptions, 'url' | 'verifyTls'>) {
  const address = url.reveal()
  return createClient({
    url: address,
    disableOfflineQueue: true,
    // A bound for what a hanging server is still to answer.
    commandsQueueMaxLength: 1000,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: connectMs,
      reconnectStrategy: false,
      ...(address.startsWith('rediss:') && { tls: true, rejectUnauthorized: verifyTls }),
    },
  })
}

/** Rejects with {@link RedisAway} where `work` is not done in time. What it does later is nobody's business. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  // Answers that are already there are read before time is called: a busy process is not a slow Redis.
  const timer = setTimeout(() => setImmediate(() => reject(new RedisAway('Redis does not answer.'))), ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
