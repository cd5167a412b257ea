/**
 * Time limit for Redis commands. `within` of src/base/time.ts rejects as soon as its timer fires, but a busy process may have received the
 * answer without reading it. This limit reads the connection once more before it rejects, with `setImmediate` of Node.
 */

/** Error for a Redis that was not reached or did not answer in time. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway'
}

/** Settles as `work` does, or rejects with {@link RedisAway} after `ms` milliseconds. Ignores the outcome of `work` after that. */
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
