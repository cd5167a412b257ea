/**
 * Connection to Redis or Valkey (version 6 or newer) for commands and the subscription (RESP3). While the connection is down or too slow,
 * every command fails at once instead of queueing.
 */
import { keepConnected, type RedisClient, type RedisConnectionOptions } from './redis-connection.ts'
import { RedisAway, redisWithin } from './redis-within.ts'

export interface RedisLinkOptions extends Omit<RedisConnectionOptions, 'onUp' | 'onDown'> {
  commandMs: number
  /** Called for each change of state. */
  onState(state: RedisState): void
  /** `down`: a connection was lost or failed to open. `slow`: a command had no answer in time, or too many were unanswered. */
  onFailure(kind: 'down' | 'slow'): void
}

export type RedisState =
  | { is: 'up' }
  /** `cause` is the error of the connection. */
  | { is: 'down'; cause: unknown }
  /** The connection is open, but a command took too long. */
  | { is: 'slow' }

export interface RedisLink {
  /**
   * Runs one command, for at most `commandMs`. Rejects with {@link RedisAway} without a connection or an answer in time, and with the
   * error of Redis for a refused command.
   */
  run<T>(command: (client: RedisClient) => Promise<T>): Promise<T>
  /**
   * Resolves when the connection is open and subscribed. Rejects with {@link RedisAway} when the current attempt fails, at the latest
   * after `ms` milliseconds; `cause` has the reason.
   */
  ready(ms: number): Promise<void>
  close(): void
}

/** Pause of all commands after a command without an answer. */
const pauseMs = 2000
/** Upper bound on unanswered commands, for a server that hangs. */
const maxUnanswered = 1000

/** Connects in the background and reconnects until closed. Never waits for Redis, and never keeps the process alive. */
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

  /** Counts a command as unanswered until its answer arrives, however late: until then the command occupies the client's queue. */
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
      if (!client || performance.now() < pausedUntil)
        throw new RedisAway('Redis is not connected, or paused after a timeout.')
      if (unanswered >= maxUnanswered) {
        options.onFailure('slow')
        throw new RedisAway('Redis has too many unanswered commands.')
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
