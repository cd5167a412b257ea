/** XMP files of one store as files beside its photos. */
import { join } from 'node:path'
import type { Folder, PhotoName, XmpForm } from '../../../ports/photo.ts'
import type { SmallFile } from '../../../ports/sidecar-file.ts'
import { maxXmpBytes, type XmpFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import { xmpNames } from '../../../ports/xmp-file.ts'
import type { LocalFiles } from './local-files.ts'
import type { SafeDirectories } from './local-paths.ts'

/** Creates the store's functions for XMP files. */
export function createXmpFiles(files: LocalFiles, directories: SafeDirectories): XmpFiles {
  /** Returns the photo's XMP file and its path. A missing file has the path of a new file. */
  async function find(folder: Folder, name: PhotoName, form: XmpForm) {
    const directory = await directories.folder(folder)
    const [usual, inCapitals] = xmpNames(name, form)
    const [path, capital] = [join(directory, usual), join(directory, inCapitals)]
    const file = await readAt(path)
    const other = file === null ? await readAt(capital) : null
    return other === null ? { path, file } : { path: capital, file: other }
  }

  const readAt = (path: string): Promise<SmallFile | 'too_large' | null> =>
    files.readAtMost(path, maxXmpBytes)

  return {
    readXmp: async (folder, name, form) => (await find(folder, name, form)).file,

    async writeXmp(folder, name, form, bytes, ifRevision) {
      const { path, file } = await find(folder, name, form)
      if (file === 'too_large' || (file?.revision ?? null) !== ifRevision) throw sidecarChanged()
      if (ifRevision !== null) return files.replaceText(path, bytes)
      if (!(await files.createText(path, bytes))) throw sidecarChanged()
    },
  }
}
