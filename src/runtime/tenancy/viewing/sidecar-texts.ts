/** Sidecar files in memory, by the version that a listing tells. An unchanged sidecar is read once. */
import { LRUCache } from 'lru-cache'
import { type Folder, type PhotoName, type SidecarForm, sidecarName } from '../../../ports/photo.ts'
import type { Sidecar, SidecarReading } from '../../../ports/storage.ts'

/** Sidecars of all tenants. One per process. */
export type SidecarCache = LRUCache<string, Sidecar>

/** Overhead of an entry. */
const bytesPerEntry = 300

/** Creates the cache. The default of 8 MB holds some 3,000 sidecars with captions. */
export function createSidecarCache(maxBytes = 8 * 2 ** 20): SidecarCache {
  return new LRUCache({
    maxSize: maxBytes,
    sizeCalculation: ({ text, revision }, key) =>
      2 * (text.length + revision.length + key.length) + bytesPerEntry,
  })
}

export interface ListedSidecar {
  folder: Folder
  name: PhotoName
  form: SidecarForm
  /** Version of the file in the listing. */
  version: string
}

/**
 * Returns the sidecar from memory if it has this version. Otherwise reads it, and keeps it under the version that was read. Keeps no
 * unreadable file.
 */
export async function sidecarOfVersion(
  cache: SidecarCache,
  identity: string,
  { folder, name, form, version }: ListedSidecar,
  read: () => Promise<SidecarReading>,
): Promise<SidecarReading> {
  const keyOf = (known: string) => JSON.stringify([identity, folder, sidecarName(name, form), known])
  const kept = cache.get(keyOf(version))
  if (kept) return kept
  const reading = await read()
  if (reading !== null && reading !== 'unreadable' && reading.version !== undefined)
    cache.set(keyOf(reading.version), reading)
  return reading
}
