/** Previews of one store as files below its root folder. Few: Drive makes most thumbnails itself. */
import { maxPreviewBytes, previewsFolder } from '../../../ports/preview-files.ts'
import type { PreviewFiles } from '../../../ports/storage.ts'
import { folderType } from './answers.ts'
import type { DrivePaths } from './paths.ts'
import { readAtMost } from './sidecars.ts'
import { type WriteTools, writeFile } from './writes.ts'

/** Creates the store's functions for previews. */
export function createPreviewFiles(tools: WriteTools, paths: DrivePaths): PreviewFiles {
  const { files, folders, lookup } = tools
  const recordOf = (folder: string, file: string) => paths.record([...previewsFolder, folder, file])
  return {
    async readPreview(folder, file) {
      const { path, name } = recordOf(folder, file)
      const found = await lookup.file(path, name)
      const read = found && (await readAtMost(tools, found, maxPreviewBytes))
      return read === null || read === 'too_large' ? null : new Uint8Array(read.bytes)
    },

    async writePreview(folder, file, bytes) {
      const { path, name } = recordOf(folder, file)
      const mimeType = typeOf(file)
      await writeFile(tools, path, { name, mimeType, bytes: new Uint8Array(bytes) }, 'always')
    },

    async listPreviewFolders() {
      const all = (await lookup.all(paths.recordFolder(previewsFolder))) ?? []
      return [...new Set(all.filter(({ mimeType }) => mimeType === folderType).map(({ name }) => name))]
    },

    async deletePreviewFolder(folder) {
      const path = paths.recordFolder([...previewsFolder, folder])
      const ids = (await folders.within(path, async (place) => place.ids)) ?? []
      for (const id of ids) await files.remove(id)
      folders.forget(path)
    },
  }
}

function typeOf(file: string): string {
  if (file.endsWith('.webp')) return 'image/webp'
  if (file.endsWith('.jpg')) return 'image/jpeg'
  return 'application/octet-stream'
}
