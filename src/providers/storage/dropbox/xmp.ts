/** XMP files of one store as files beside its photos. */
import { maxXmpBytes, type XmpFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import { conditionFor, type DropboxFiles, isRevision } from './files.ts'
import type { DropboxPaths } from './paths.ts'

/** Creates the store's functions for XMP files. */
export function createXmpFiles(files: DropboxFiles, paths: DropboxPaths): XmpFiles {
  return {
    readXmp: (folder, name, form) => files.readAtMost(paths.xmp(folder, name, form), maxXmpBytes),

    async writeXmp(folder, name, form, bytes, ifRevision) {
      const written = isRevision(ifRevision)
        ? await files.write(paths.xmp(folder, name, form), bytes, conditionFor(ifRevision))
        : null
      if (!written) throw sidecarChanged()
    },
  }
}
