/** The memory of a Redis, as `INFO memory` tells it. */
import type { StoreMemory } from '../../ports/kv-driver.ts'

/** Reads the answer to `INFO memory`, which has one `name:value` a line. */
export function memoryOf(said: string): StoreMemory {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(said)?.[1]?.trim() ?? ''
  return {
    usedBytes: Number(field('used_memory')),
    limitBytes: Number(field('maxmemory')),
    policy: field('maxmemory_policy'),
  }
}
