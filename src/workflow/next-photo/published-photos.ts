/**
 * Photos of the root that are known to be published, kept beside the ledger so that a search need not read their originals again.
 * It orders the search only: the ledger alone decides what is sent.
 */
import { z } from 'zod'
import type { PhotoName } from '../photo.ts'
import { type Platform, platforms } from '../platform.ts'
import type { PhotoEntry, PhotoStore, RecordKey } from '../ports/storage.ts'

const key: RecordKey = ['ledger', 'published.json']
/** Below the limit of a record in every storage; some 6,000 photos. UTF-16 units. */
const maxTextLength = 900_000

const recordSchema = z.object({
  /** By name: what the storage knows of the bytes, and the platforms that have them. */
  photos: z.record(z.string(), z.tuple([z.string(), z.array(z.enum(platforms))])),
})

export interface PublishedPhotos {
  /** Tells if all these platforms are known to have the photo's very bytes. */
  isOnAll(entry: PhotoEntry, all: readonly Platform[]): boolean
  add(entry: PhotoEntry, on: readonly Platform[]): void
  /** Keeps what was added, and forgets photos that are not among `present`. Writes nothing where nothing was added. */
  save(present: readonly PhotoEntry[]): Promise<void>
}

/** Reads what is known. A record that is damaged or cannot be read counts as none. */
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
      return hash === contentHash && all.every((platform) => on?.includes(platform))
    },
    add({ name, contentHash }, on) {
      const [hash, before] = known.get(name) ?? []
      if (hash === contentHash && before?.join() === on.join()) return
      known.set(name, [contentHash, [...on]])
      hasChanged = true
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
  try {
    return recordSchema.parse(JSON.parse(text)).photos
  } catch {
    return {}
  }
}

function format(known: ReadonlyMap<string, Known[string]>, present: readonly PhotoEntry[]): string {
  const photos: [PhotoName, Known[string]][] = []
  let length = 0
  for (const { name } of present) {
    const photo = known.get(name)
    if (!photo) continue
    length += JSON.stringify([name, photo]).length
    if (length > maxTextLength) break
    photos.push([name, photo])
  }
  return JSON.stringify({ photos: Object.fromEntries(photos) })
}
