/** Previews of one store as files below its root directory. */
import { maxPreviewBytes, previewsFolder } from '../../../ports/preview-files.ts'
import type { PreviewFiles } from '../../../ports/storage.ts'
import type { LocalFiles } from './local-files.ts'
import { recordPath, type SafeDirectories } from './local-paths.ts'

/** Creates the store's functions for previews. */
export function createPreviewFiles(files: LocalFiles, directories: SafeDirectories): PreviewFiles {
  const pathOf = (...key: string[]) => recordPath(directories, [...previewsFolder, ...key])
  return {
    async readPreview(folder, file) {
      const found = await files.readAtMost(await pathOf(folder, file), maxPreviewBytes)
      return found === null || found === 'too_large' ? null : new Uint8Array(found.bytes)
    },
    writePreview: async (folder, file, bytes) => files.replaceText(await pathOf(folder, file), bytes),
    listPreviewFolders: async () => files.names(await pathOf()),
    deletePreviewFolder: async (folder) => files.removeFolder(await pathOf(folder)),
  }
}
