/** Temporary links in memory, for storages that must be asked for each link. */
import { LRUCache } from 'lru-cache'
import type { TemporaryLink } from '../../../ports/storage.ts'

interface KeptLink {
  link: TemporaryLink
  keptAt: number
}

/** Links of all tenants. One per process. */
export type LinkCache = LRUCache<string, KeptLink>

/** A link works for four hours, so a remembered link works for three more. */
const keptMs = 3600_000
/** Upper bound on links (about 1 kB each). */
const maxLinks = 3000

export function createLinkCache(): LinkCache {
  return new LRUCache({ max: maxLinks })
}

/** Returns the link from memory for an hour, otherwise asks for it. `now`: current time in milliseconds. */
export async function rememberedLink(
  cache: LinkCache,
  key: string,
  now: number,
  ask: () => Promise<TemporaryLink>,
): Promise<TemporaryLink> {
  const kept = cache.get(key)
  if (kept && now - kept.keptAt < keptMs) return kept.link
  const link = await ask()
  cache.set(key, { link, keptAt: now })
  return link
}
