/**
 * One connection to Redis or Valkey (version 6 or newer), for commands and a subscription alike (RESP3). While it does not stand,
 * or answers too slowly, every command fails at once: nothing queues up.
 */
import { keepConnected, type RedisClient, type RedisConnectionOptions } from './redis-connection.ts'
import { RedisAway, redisWithin } from './redis-within.ts'

export interface RedisLinkOptions extends Omit<RedisConnectionOptions, 'onUp' | 'onDown'> {
  /** Limit of one command. Milliseconds. */
  commandMs: number
  /** Called for each change; a state lasts until the next one. */
  onState(state: RedisState): void
  /** Called for each connection that was lost or could not be made, and for each command that had no answer in time or no place. */
  onFailure(kind: 'down' | 'slow'): void
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

/** After a command without an answer, Redis is left alone for this long. */
const pauseMs = 2000
/** A bound for what a hanging server is still to answer. */
const maxUnanswered = 1000

/** Begins to connect and goes on for ever; never waits for Redis, and keeps no process alive. */
export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const { commandMs } = options
  let state: RedisState['is'] | undefined
  let isClosed = false
  let pausedUntil = 0
  let unanswered = 0
  const connection = keepConnected({
    ...options,
    onUp() {
      pausedUntil = 0
      enter({ is: 'up' })
    },
    onDown(cause) {
      enter({ is: 'down', cause })
      options.onFailure('down')
    },
  })

  function enter(next: RedisState): void {
    if (state === next.is || isClosed) return
    state = next.is
    options.onState(next)
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

  return {
    async run(command) {
      const client = connection.client()
      if (!client || performance.now() < pausedUntil) throw new RedisAway('Redis is not asked at the moment.')
      if (unanswered >= maxUnanswered) {
        options.onFailure('slow')
        throw new RedisAway('Redis has too much to answer already.')
      }
      try {
        const answer = await redisWithin(counted(client, command), commandMs)
        if (client === connection.client()) enter({ is: 'up' })
        return answer
      } catch (error) {
        if (error instanceof RedisAway && client === connection.client()) {
          pausedUntil = performance.now() + pauseMs
          enter({ is: 'slow' })
          options.onFailure('slow')
        }
        throw client.isReady ? error : new RedisAway('The connection to Redis is lost.', { cause: error })
      }
    },
    ready: connection.ready,
    close() {
      isClosed = true
      connection.close()
    },
  }
}
