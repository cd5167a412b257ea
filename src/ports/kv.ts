/** A shared, expiring store of non-secret strings: memory, Cloudflare KV, Redis. A lost entry may cost time, but never correctness. */

export interface KeyValueStore {
  /** True when the store is this process's own memory, so that copying cached data there is useless. Default: false. */
  readonly isOwn?: boolean
  /** Returns `null` if the key is unknown or has expired. */
  get(key: string): Promise<string | null>
  /**
   * Sets a value and replaces any earlier value. `ttlSeconds` is at least 1. Returns false if the store did not accept the value, so
   * that only this process has the value for now.
   */
  put(key: string, value: string, options: { ttlSeconds: number }): Promise<boolean>
  delete(key: string): Promise<void>
  /**
   * Claims a key. Returns true to the first caller, and false to all others until `ttlSeconds` have passed. Exact within a process.
   * Between processes, the guarantee depends on the store (docs/caching.md, "Stores").
   */
  claim(key: string, options: { ttlSeconds: number }): Promise<boolean>
}
