/** Previews of one store as objects below its own prefix. */
import { maxPreviewBytes, previewsFolder } from '../../../ports/preview-files.ts'
import type { PreviewFiles } from '../../../ports/storage.ts'
import type { Keys } from './keys.ts'
import type { S3Objects } from './objects.ts'

const contentTypes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  json: 'application/json',
}

/** Creates the store's functions for previews. */
export function createPreviewFiles({ objects, keys }: { objects: S3Objects; keys: Keys }): PreviewFiles {
  const keyOf = (...key: string[]) => keys.record([...previewsFolder, ...key])
  return {
    async readPreview(folder, file) {
      const found = await objects.getAtMost(keyOf(folder, file), maxPreviewBytes)
      return found === null || found === 'too_large' ? null : new Uint8Array(found.bytes)
    },
    async writePreview(folder, file, bytes) {
      const contentType = contentTypes[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
      await objects.put(keyOf(folder, file), new Uint8Array(bytes), { contentType, isOptional: true })
    },
    listPreviewFolders: () => objects.listFolders(`${keyOf()}/`),
    async deletePreviewFolder(folder) {
      const found = await objects.list(`${keyOf(folder)}/`)
      for (const { key } of found) await objects.delete(key)
    },
  }
}
