/** Bounds the time of work that is asked of Redis. */

/** Error where Redis was not reached or did not answer in time. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway'
}

/** Rejects with {@link RedisAway} where `work` is not done in time. Its later outcome is ignored. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
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
