/** Limit on posts in 24 hours ("content_publishing_limit"). Documents name 25, 50 and 100, so the API itself is asked. */
import { z } from 'zod'
import { PublisherError } from '../../../base/errors.ts'
import { askGraph, type Caller } from './calls.ts'

export interface Quota {
  used: number
  total: number
  durationMs: number
}

const schema = z.object({
  data: z
    .array(
      z.object({
        quota_usage: z.number().int().nonnegative(),
        config: z.object({
          quota_total: z.number().int().nonnegative(),
          quota_duration: z.number().positive().max(31_536_000).optional().catch(undefined),
        }),
      }),
    )
    .min(1),
})

const daySeconds = 86_400

/** Asks for the quota. Throws `GraphFailure`. */
export async function quotaOf(caller: Caller, signal: AbortSignal): Promise<Quota> {
  const query = { fields: 'quota_usage,config' }
  const path = [caller.userId, 'content_publishing_limit']
  const { data } = await askGraph(caller, { method: 'GET', path, query, schema }, signal)
  const { quota_usage: used = 0, config } = data[0] ?? {}
  const { quota_total: total = 0, quota_duration: seconds = daySeconds } = config ?? {}
  return { used, total, durationMs: seconds * 1000 }
}

/** Describes the quota in part of a sentence. */
export function describeQuota({ used, total, durationMs }: Quota): string {
  return `${used} of ${total} posts in ${hoursOf(durationMs)} are used`
}

/** Returns the error for an account without posts left. `quota`: `null` if Instagram did not tell it. */
export function quotaReached(quota: Quota | null, now: number, cause?: unknown): PublisherError {
  if (!quota) {
    const message =
      'This Instagram account has reached its limit of posts. Nothing was posted. Try again in 24 hours.'
    return new PublisherError('rate_limited', message, { cause })
  }
  const { total, durationMs } = quota
  const until = `${new Date(now + durationMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const message = `This Instagram account has used its ${total} posts in ${hoursOf(durationMs)}. Nothing was posted. Try again later; a post is possible by ${until} at the latest.`
  return new PublisherError('rate_limited', message, { cause, retryAfterMs: durationMs })
}

function hoursOf(ms: number): string {
  return `${Math.round(ms / 3_600_000)} hours`
}
