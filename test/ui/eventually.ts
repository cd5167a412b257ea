/** Waiting for what will be so in a moment, on however busy a machine. */
import { vi } from 'vitest'

/** Repeats the check until it throws no more; after 25 s, what it threw last. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 25_000 })
}
