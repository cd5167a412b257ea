/** Publications of photos in memory for up to 30 s, so that an admin who looks again reads no ledger. */
import { LRUCache } from 'lru-cache'
import type { Publication } from '../../../workflow/publications.ts'

interface KeptPublications {
  publications: readonly Publication[]
  keptAt: number
  /** State of the ledger before it was read. */
  change: number
}

/** Publications of all tenants' photos. One per process. */
export type PublicationCache = LRUCache<string, KeptPublications>

export interface LedgerReading {
  publications: readonly Publication[]
  /** False if a record could not be read. */
  isComplete: boolean
}

export interface PublicationMemory {
  /** Returns the publications of the photo with this digest: from memory, otherwise as `read` returns them. */
  of(sha256: string, read: () => Promise<LedgerReading>): Promise<readonly Publication[]>
}

export interface PublicationMemoryOptions {
  /** Shared by all tenants. Each tenant has its own keys. */
  cache: PublicationCache
  /** Cache key: unique per host and `config_version`. */
  identity: string
  /** Returns a new number after each change of the tenant's ledger. */
  latestChange(): number
  now: () => number
}

const keptMs = 30_000
/** Upper bound on photos (about 1 kB each). */
const maxPhotos = 3000

export function createPublicationCache(): PublicationCache {
  return new LRUCache({ max: maxPhotos })
}

/**
 * Creates one tenant's memory. Keeps final outcomes only. A photo without publications is looked up each time, by a single call: another
 * process may have published it since.
 */
export function createPublicationMemory(options: PublicationMemoryOptions): PublicationMemory {
  const { cache, identity, latestChange, now } = options
  return {
    async of(sha256, read) {
      const key = JSON.stringify([identity, sha256])
      const kept = cache.get(key)
      const change = latestChange()
      if (kept?.change === change && now() - kept.keptAt < keptMs) return kept.publications
      const keptAt = now()
      const { publications, isComplete } = await read()
      const isFinal = publications.length > 0 && publications.every(({ status }) => status !== 'in_progress')
      if (isComplete && isFinal && change === latestChange()) cache.set(key, { publications, keptAt, change })
      return publications
    },
  }
}
