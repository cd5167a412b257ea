/**
 * One connection to Redis or Valkey (version 6 or newer), for commands and a subscription alike (RESP3). While it does not stand,
 * or answers too slowly, every command fails at once: nothing queues up.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '@redis/client'
import type { Secret } from '../../base/secret.ts'

export interface RedisLinkOptions {
  /** `redis://` or `rediss://`, with the password in it. */
  url: Secret
  /** True: the certificate has to be for this host and from a known authority. Heroku's are not. */
  verifyTls: boolean
  /** Limit of one command. Milliseconds. */
  commandMs: number
  channel: string
  onMessage(message: string): void
  /** Called for each change; a state lasts until the next one. */
  onState(state: RedisState): void
  /** Called for each connection that was lost or could not be made, and for each command that had no answer in time or no place. */
  onFailure(kind: 'down' | 'slow'): void
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
  /**
   * Resolves when the connection stands and is subscribed. Rejects with {@link RedisAway} when the attempt that is under way fails, at
   * the latest after `ms`; `cause` says why.
   */
  ready(ms: number): Promise<void>
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
/** A bound for what a hanging server is still to answer. */
const maxUnanswered = 1000

/** Begins to connect and goes on for ever; never waits for Redis, and keeps no process alive. */
export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const { commandMs } = options
  const ended = new AbortController()
  let current: RedisClient | undefined
  let state: RedisState['is'] | undefined
  let pausedUntil = 0
  let unanswered = 0
  let attempt = beginAttempt()

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
    attempt.resolve()
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
      if (ended.signal.aborted) return
      enter({ is: 'down', cause })
      options.onFailure('down')
      attempt.reject(cause)
      attempt = beginAttempt()
      const longest = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures, 10))
      const pause = longest * (0.5 + Math.random() / 2)
      await delay(pause, undefined, { ref: false, signal: ended.signal }).catch(() => undefined)
    }
  }

  /** Counts until the answer is there, however late: only then its place in the client's queue is free. */
  async function counted<T>(client: RedisClient, command: (client: RedisClient) => Promise<T>): Promise<T> {
    unanswered++
    try {
      return await command(client)
    } finally {
      unanswered--
    }
  }

  void keepConnected()
  return {
    async run(command) {
      const client = current
      if (!client || performance.now() < pausedUntil) throw new RedisAway('Redis is not asked at the moment.')
      if (unanswered >= maxUnanswered) {
        options.onFailure('slow')
        throw new RedisAway('Redis has too much to answer already.')
      }
      try {
        const answer = await within(commandMs, counted(client, command))
        if (client === current) enter({ is: 'up' })
        return answer
      } catch (error) {
        if (error instanceof RedisAway && client === current) {
          pausedUntil = performance.now() + pauseMs
          enter({ is: 'slow' })
          options.onFailure('slow')
        }
        throw client.isReady ? error : new RedisAway('The connection to Redis is lost.', { cause: error })
      }
    },
    async ready(ms) {
      try {
        await within(ms, attempt.promise)
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

/** For those who wait for a connection; where nobody does, its failure is no news. */
function beginAttempt() {
  const attempt = Promise.withResolvers<void>()
  attempt.promise.catch(() => undefined)
  return attempt
}

function makeClient({ url, verifyTls }: Pick<RedisLinkOptions, 'url' | 'verifyTls'>) {
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
