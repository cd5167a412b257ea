/** Digests of originals in the photo index, where they last as long as the photo. */
import type { DigestMemory } from '../../workflow/content-digest.ts'
import type { PhotoIndex } from '../../workflow/previews/photo-index.ts'

/** Wraps a memory of digests. The index answers what the memory has forgotten. `onNoted` runs after each note, to write the index. */
export function withIndexedDigests(
  digests: DigestMemory,
  index: () => Pick<PhotoIndex, 'get' | 'note'>,
  onNoted: () => void = () => undefined,
): DigestMemory {
  return {
    get: async (entry) => (await digests.get(entry)) ?? (await index().get(entry))?.sha256 ?? null,
    async put(entry, sha256) {
      await Promise.all([digests.put(entry, sha256), index().note(entry, { sha256 })])
      onNoted()
    },
  }
}
