/** A shared, expiring store of non-secret strings: memory, Cloudflare KV, Redis. Losing an entry must never be wrong, only slower. */

export interface KeyValueStore {
  /** No other process sees it, and it ends with this one: a copy of what the process has anyway would be for nothing. Default: false. */
  readonly isOwn?: boolean
  /** `null` where the key is unknown or has expired. */
  get(key: string): Promise<string | null>
  /** Replaces what was there. `ttlSeconds` is at least 1. */
  put(key: string, value: string, options: { ttlSeconds: number }): Promise<void>
  delete(key: string): Promise<void>
}
