/**
 * Photos of the root that are known to be published, saved beside the ledger so that a search need not read their originals
 * again. They only order the search: the ledger alone decides whether a photo is sent.
 */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import type { PhotoName } from '../../ports/photo.ts'
import type { PhotoEntry, PhotoStore, RecordKey } from '../../ports/storage.ts'

const key: RecordKey = ['ledger', 'published.json']
/** Below every storage's limit for a record (1 MiB); enough for some 4,000 photos. */
const maxTextBytes = 900_000

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)
const recordSchema = z.object({
  /**
   * Entries by name: the storage's content hash, the channels that have the photo, and its SHA-256. Earlier versions saved no
   * SHA-256.
   */
  photos: z.record(z.string(), z.tuple([z.string(), z.array(z.string()), sha256Schema.optional()])),
})

export interface PublishedPhotos {
  /** Checks if all these channels are known to have this version of the photo. */
  isOnAll(entry: PhotoEntry, all: readonly string[]): boolean
  /** Returns the SHA-256 of this version of the photo, or `null` if it is unknown. */
  sha256Of(entry: PhotoEntry): string | null
  add(entry: PhotoEntry, on: readonly string[], sha256: string): void
  /** Reverts {@link PublishedPhotos.add}. */
  forget(entry: PhotoEntry): void
  /** Saves the changes, and drops photos that are not in `present`. Writes nothing if nothing changed. */
  save(present: readonly PhotoEntry[]): Promise<void>
}

/** Reads the saved photos. A damaged or unreadable record counts as empty. */
export async function readPublishedPhotos(
  store: PhotoStore,
  onTrouble: (error: unknown) => void,
): Promise<PublishedPhotos> {
  const stored = await store.readRecord(key).catch(onTrouble)
  const known = new Map(stored ? Object.entries(parse(stored.text)) : [])
  let hasChanged = false
  return {
    isOnAll({ name, contentHash }, all) {
      const [hash, on] = known.get(name) ?? []
      return hash === contentHash && all.every((channel) => on?.includes(channel))
    },
    sha256Of({ name, contentHash }) {
      const [hash, , sha256] = known.get(name) ?? []
      return (hash === contentHash && sha256) || null
    },
    add({ name, contentHash }, on, sha256) {
      const [hash, before, digest] = known.get(name) ?? []
      if (hash === contentHash && before?.join() === on.join() && digest === sha256) return
      known.set(name, [contentHash, [...on], sha256])
      hasChanged = true
    },
    forget({ name }) {
      if (known.delete(name)) hasChanged = true
    },
    async save(present) {
      if (!hasChanged) return
      hasChanged = false
      await store.replaceRecord(key, format(known, present))
    },
  }
}

type Known = z.output<typeof recordSchema>['photos']

function parse(text: string): Known {
  return recordSchema.safeParse(parseJson(text)).data?.photos ?? {}
}

function format(known: ReadonlyMap<string, Known[string]>, present: readonly PhotoEntry[]): string {
  const photos: [PhotoName, Known[string]][] = []
  const encoder = new TextEncoder()
  let bytes = 0
  for (const { name } of present) {
    const photo = known.get(name)
    if (!photo) continue
    bytes += encoder.encode(JSON.stringify([name, photo])).length
    if (bytes > maxTextBytes) break
    photos.push([name, photo])
  }
  return JSON.stringify({ photos: Object.fromEntries(photos) })
}
