/** Previews of one store as files below its root folder. Few: Dropbox makes most thumbnails itself. */
import { maxPreviewBytes, previewsFolder } from '../../../ports/preview-files.ts'
import type { PreviewFiles } from '../../../ports/storage.ts'
import { relocationSchema } from './answers.ts'
import { isRefusal } from './errors.ts'
import { listFolderNames } from './listing.ts'
import type { RecordFilesOptions } from './records.ts'

/** Creates the store's functions for previews. */
export function createPreviewFiles({ api, files, paths }: RecordFilesOptions): PreviewFiles {
  const pathOf = (...key: string[]) => paths.record([...previewsFolder, ...key])
  return {
    async readPreview(folder, file) {
      const found = await files.readAtMost(pathOf(folder, file), maxPreviewBytes)
      return found === null || found === 'too_large' ? null : found.bytes
    },
    async writePreview(folder, file, bytes) {
      await files.write(pathOf(folder, file), bytes, 'always')
    },
    listPreviewFolders: async () => listFolderNames(api, pathOf()),
    async deletePreviewFolder(folder) {
      const path = pathOf(folder)
      try {
        await api.write(relocationSchema, (sdk, options) => sdk.filesDeleteV2({ path }, options))
      } catch (error) {
        if (!isRefusal(error, 'path_lookup/not_found')) throw error
      }
    },
  }
}
