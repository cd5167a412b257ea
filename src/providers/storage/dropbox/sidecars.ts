/** Sidecars of one store as files beside its photos. */
import { maxSidecarBytes, sidecarBytes, sidecarIn } from '../../../ports/sidecar-file.ts'
import type { SidecarFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import { conditionFor, type DropboxFiles, isRevision } from './files.ts'
import type { DropboxPaths } from './paths.ts'

/** Creates the store's functions for sidecars. */
export function createSidecarFiles(files: DropboxFiles, paths: DropboxPaths): SidecarFiles {
  return {
    readSidecar: async (folder, name, form) =>
      sidecarIn(await files.readAtMost(paths.sidecar(folder, name, form), maxSidecarBytes)),

    async writeSidecar(folder, name, text, revisionBefore, form) {
      const { bytes, ifRevision } = sidecarBytes(text, revisionBefore)
      const written = isRevision(ifRevision)
        ? await files.write(paths.sidecar(folder, name, form), bytes, conditionFor(ifRevision))
        : null
      if (!written) throw sidecarChanged()
    },
  }
}
