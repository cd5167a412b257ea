/** A shared, expiring store of non-secret strings: memory, Cloudflare KV, Redis. Losing an entry must never be wrong, only slower. */

export interface KeyValueStore {
  /** No other process sees it, and it ends with this one: a copy of what the process has anyway would be for nothing. Default: false. */
  readonly isOwn?: boolean
  /** `null` where the key is unknown or has expired. */
  get(key: string): Promise<string | null>
  /**
   * Replaces what was there. `ttlSeconds` is at least 1. Gives false where the store did not take the value, so that only this process
   * has it for now.
   */
  put(key: string, value: string, options: { ttlSeconds: number }): Promise<boolean>
  delete(key: string): Promise<void>
  /**
   * Takes a key that nobody has: true for the first who asks, false for all others until `ttlSeconds` are over. How exact that is
   * between processes is the store's to say (docs/caching.md, "Stores"); within one process only one is ever the first.
   */
  claim(key: string, options: { ttlSeconds: number }): Promise<boolean>
}
