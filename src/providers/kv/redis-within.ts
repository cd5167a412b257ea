/**
 * Bounds the time of work that is asked of Redis. `within` of src/base/time.ts rejects as soon as its timer runs. A process that was busy
 * until then may hold the answer unread, so this bound reads the connection once more, which takes `setImmediate` of Node.
 */

/** Error where Redis was not reached or did not answer in time. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway'
}

/** Settles as `work` does, or rejects with {@link RedisAway} after `ms` milliseconds. The work's later outcome is ignored. */
export async function redisWithin<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => setImmediate(() => reject(new RedisAway('Redis does not answer.'))), ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
