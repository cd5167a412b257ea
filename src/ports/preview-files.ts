/** Keys and limits of the small files below `<root>/.publisher/previews/`: previews of photos, and the photo index. */
import { toHex } from '../base/hex.ts'
import type { RecordKey } from './storage.ts'

/** Upper bound on a file to read or write. A preview of 4,096 pixels has some 3 MB. */
export const maxPreviewBytes = 8 * 2 ** 20

/** Folder of all previews, beside the ledger. */
export const previewsFolder: RecordKey = ['previews']

/** Folder of the photo index. Too short for the folder of a photo. */
export const indexFolder = 'index'

const plainHash = /^[a-z0-9_-]{8,100}$/

/** Returns the content hash without quotes as the name of a folder; `null` if it could not be a name everywhere. */
export function plainFolder(contentHash: string): string | null {
  const plain = contentHash.replaceAll('"', '')
  return plainHash.test(plain) ? plain : null
}

/**
 * Returns the folder of a photo's previews: {@link plainFolder}, or else the SHA-256 of the hash. Hashes that differ only in case get
 * different folders.
 */
export async function previewFolder(contentHash: string): Promise<string> {
  const plain = plainFolder(contentHash)
  if (plain !== null) return plain
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(contentHash))
  return toHex(new Uint8Array(digest))
}
