/** The memory of a Redis, as `INFO memory` tells it. */

export interface RedisMemory {
  usedBytes: number
  /** 0: it names none. */
  limitBytes: number
  /** Eviction policy for when it is full: `noeviction`, `volatile-lru` ... */
  policy: string
}

/** Reads the answer to `INFO memory`, which has one `name:value` a line. */
export function memoryOf(said: string): RedisMemory {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(said)?.[1]?.trim() ?? ''
  return {
    usedBytes: Number(field('used_memory')),
    limitBytes: Number(field('maxmemory')),
    policy: field('maxmemory_policy'),
  }
}
