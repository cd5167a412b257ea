/** XMP files of one store beside its photos. */
import { maxXmpBytes, type XmpFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import { xmpNames } from '../../../ports/xmp-file.ts'
import type { DriveFile } from './answers.ts'
import type { DrivePaths } from './paths.ts'
import { conditionFor, readAtMost, settleListedName } from './sidecars.ts'
import { type WriteTools, writeFile } from './writes.ts'

/** Registered at https://www.iana.org/assignments/media-types/application/rdf+xml. */
const mimeType = 'application/rdf+xml'

/** Creates the store's functions for XMP files. */
export function createXmpFiles(tools: WriteTools, paths: DrivePaths): XmpFiles {
  async function find(path: string, names: readonly string[]): Promise<DriveFile | null> {
    for (const name of names) {
      const file = await tools.lookup.file(path, name)
      if (file) return file
    }
    return null
  }
  return {
    async readXmp(folder, name, form) {
      const file = await find(paths.folder(folder), xmpNames(name, form))
      return file && readAtMost(tools, file, maxXmpBytes)
    },

    async writeXmp(folder, name, form, bytes, ifRevision) {
      const path = paths.folder(folder)
      await settleListedName(tools, paths, folder, name)
      const names = xmpNames(name, form)
      const present = await find(path, names)
      const file = { name: present?.name ?? names[0], mimeType, bytes }
      if (!(await writeFile(tools, path, file, conditionFor(ifRevision)))) throw sidecarChanged()
    },
  }
}
