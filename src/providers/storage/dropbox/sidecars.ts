/** Sidecars of one store as files beside its photos. */
import { maxSidecarBytes, sidecarBytes, sidecarIn } from '../../../ports/sidecar-file.ts'
import type { SidecarFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import type { DropboxFiles } from './files.ts'
import type { DropboxPaths } from './paths.ts'

/** Format of Dropbox's revisions (`Rev` in its specification). */
const revision = /^[0-9a-f]{9,}$/

/** Creates the store's functions for sidecars. */
export function createSidecarFiles(files: DropboxFiles, paths: DropboxPaths): SidecarFiles {
  return {
    readSidecar: async (folder, name, form) =>
      sidecarIn(await files.readAtMost(paths.sidecar(folder, name, form), maxSidecarBytes)),

    async writeSidecar(folder, name, text, revisionBefore, form) {
      const { bytes, ifRevision } = sidecarBytes(text, revisionBefore)
      const written =
        typeof ifRevision !== 'string' || revision.test(ifRevision)
          ? await files.write(paths.sidecar(folder, name, form), bytes, conditionFor(ifRevision))
          : null
      if (!written) throw sidecarChanged()
    },
  }
}

function conditionFor(ifRevision: string | null | undefined) {
  if (ifRevision === undefined) return 'always'
  return ifRevision === null ? 'absent' : { rev: ifRevision }
}
