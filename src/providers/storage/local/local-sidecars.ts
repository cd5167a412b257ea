/** Sidecars of one store as files beside its photos. */
import { maxSidecarBytes, sidecarBytes, sidecarIn } from '../../../ports/sidecar-file.ts'
import type { SidecarFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import type { LocalFiles } from './local-files.ts'
import type { SafeDirectories } from './local-paths.ts'

/** Creates the store's functions for sidecars. */
export function createSidecarFiles(files: LocalFiles, directories: SafeDirectories): SidecarFiles {
  const readAt = async (path: string) => sidecarIn(await files.readAtMost(path, maxSidecarBytes))

  return {
    readSidecar: async (folder, name, form) => readAt(await directories.sidecar(folder, name, form)),

    async writeSidecar(folder, name, text, ifRevision, form) {
      const { bytes } = sidecarBytes(text, ifRevision)
      const path = await directories.sidecar(folder, name, form)
      if (ifRevision === null) {
        if (!(await files.createText(path, bytes))) throw sidecarChanged()
        return
      }
      if (ifRevision !== undefined) {
        const current = await readAt(path)
        if (current === null || current === 'unreadable' || current.revision !== ifRevision)
          throw sidecarChanged()
      }
      await files.replaceText(path, bytes)
    },
  }
}
