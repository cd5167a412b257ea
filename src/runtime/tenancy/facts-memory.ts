/** One tenant's photo facts and digests, in the photo index. */
import type { DigestMemory } from '../../workflow/content-digest.ts'
import type { FactsMemory } from '../../workflow/picture-facts.ts'
import type { PhotoIndex } from '../../workflow/previews/photo-index.ts'

/** Upper bound on photos without facts to remember. Such photos are rare. */
const maxUnreadable = 500

/** Creates the memory. Photos without facts are remembered in this process only. */
export function createFactsMemory(index: PhotoIndex, unreadable: Set<string>): FactsMemory {
  return {
    async get(entry) {
      const facts = (await index.get(entry))?.facts
      return facts ?? (unreadable.has(entry.contentHash) ? null : undefined)
    },
    async put(entry, facts) {
      if (facts) return index.note(entry, { facts })
      if (unreadable.size >= maxUnreadable) unreadable.clear()
      unreadable.add(entry.contentHash)
    },
  }
}

/** Wraps a memory of digests, so that digests last as long as the photo. */
export function withIndexedDigests(digests: DigestMemory, index: PhotoIndex): DigestMemory {
  return {
    get: async (entry) => (await digests.get(entry)) ?? (await index.get(entry))?.sha256 ?? null,
    async put(entry, sha256) {
      await Promise.all([digests.put(entry, sha256), index.note(entry, { sha256 })])
    },
  }
}
