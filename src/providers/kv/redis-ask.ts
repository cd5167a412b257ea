/** Runs commands of which none may fail a request: a refusal is told to the operator, and the caller gets no answer. */
import type { RedisFailure } from '../../ports/metrics.ts'
import type { RedisClient } from './redis-connection.ts'
import type { RedisLink } from './redis-link.ts'
import { RedisAway } from './redis-within.ts'

export interface RedisAskOptions {
  link: RedisLink
  /** A command that Redis refused though it answers (no memory left, say); told at most once a minute. */
  onRefusal(error: unknown): void
  onFailure(kind: RedisFailure): void
  now: () => number
}

/** Gives what the command gives, `undefined` where there is no answer or a refusal. Never rejects. */
export type AskRedis = <T>(command: (client: RedisClient) => Promise<T>) => Promise<T | undefined>

const refusalEveryMs = 60_000

/** Makes the function for one connection. */
export function createAskRedis({ link, onRefusal, onFailure, now }: RedisAskOptions): AskRedis {
  let refusalToldAt = Number.NEGATIVE_INFINITY
  return async (command) => {
    try {
      return await link.run(command)
    } catch (error) {
      if (error instanceof RedisAway) return undefined
      onFailure('refused')
      if (now() - refusalToldAt >= refusalEveryMs) {
        refusalToldAt = now()
        onRefusal(error)
      }
      return undefined
    }
  }
}
