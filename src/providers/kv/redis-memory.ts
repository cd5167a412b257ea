/** Memory of a Redis server, from `INFO memory`. */
import type { StoreMemory } from '../../ports/kv-driver.ts'

/** Parses the answer to `INFO memory`, which has one `name:value` per line. */
export function memoryOf(said: string): StoreMemory {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(said)?.[1]?.trim() ?? ''
  return {
    usedBytes: Number(field('used_memory')),
    limitBytes: Number(field('maxmemory')),
    policy: field('maxmemory_policy'),
  }
}
