/** Runs commands that must not fail a request. Reports refusals to the operator; the caller then gets no answer. */
import type { RedisFailure } from '../../ports/metrics.ts'
import type { RedisClient } from './redis-connection.ts'
import type { RedisLink } from './redis-link.ts'
import { RedisAway } from './redis-within.ts'

export interface RedisAskOptions {
  link: RedisLink
  /** Called when Redis refuses a command, for example without free memory; at most once a minute. */
  onRefusal(error: unknown): void
  onFailure(kind: RedisFailure): void
  now: () => number
}

/** Returns the result of the command, or `undefined` if Redis refuses or does not answer. Never rejects. */
export type AskRedis = <T>(command: (client: RedisClient) => Promise<T>) => Promise<T | undefined>

const refusalEveryMs = 60_000

/** Creates the function for one connection. */
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
