/** Counts rates inside Redis, atomically and by its clock, with the generic cell rate algorithm (ITU-T I.371). */
import type { RateDecision } from '../../ports/rate-counter.ts'
import type { RedisClient } from './redis-connection.ts'

/** Takes from the allowance. The key holds the time when the allowance is full again, in milliseconds of Redis' clock, and expires then. */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local taken, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local whole = tonumber(redis.call('GET', KEYS[1])) or now
whole = math.min(math.max(whole, now), now + window)
local next = whole + taken
if next - now > window then return {0, next - now - window} end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', next - now)
return {1, window - (next - now)}
`

/** Counts `count` requests, by the same arithmetic as `src/runtime/limits/rate-limit.ts`. Rejects when the command fails. */
export async function countInRedis(
  client: RedisClient,
  key: string,
  { limit, windowSeconds }: { limit: number; windowSeconds: number },
  count: number,
): Promise<RateDecision> {
  const intervalMs = Math.ceil((windowSeconds * 1000) / limit)
  const answer = await client.eval(script, {
    keys: [key],
    arguments: [String(intervalMs * Math.min(count, limit)), String(intervalMs * limit)],
  })
  const [isAllowed, ms] = Array.isArray(answer) ? answer.map(Number) : []
  if (isAllowed === undefined || ms === undefined) throw new TypeError('Redis gave no count.')
  return isAllowed === 1
    ? { allowed: true, remaining: Math.floor(ms / intervalMs) }
    : { allowed: false, retryAfterMs: ms }
}
