/** Sidecars of one store as files beside its photos. */
import { type Folder, type PhotoName, sidecarName } from '../../../ports/photo.ts'
import { maxSidecarBytes, type SmallFile, sidecarBytes, sidecarIn } from '../../../ports/sidecar-file.ts'
import type { SidecarFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import { type DriveFile, revisionOf, sizeOf } from './answers.ts'
import { splitMarkedName } from './names.ts'
import type { DrivePaths } from './paths.ts'
import { type WriteCondition, type WriteTools, writeFile } from './writes.ts'

const mimeType = 'text/plain'

/** Creates the store's functions for sidecars. */
export function createSidecarFiles(tools: WriteTools, paths: DrivePaths): SidecarFiles {
  return {
    async readSidecar(folder, name, form) {
      const file = await tools.lookup.file(paths.folder(folder), sidecarName(name, form))
      return sidecarIn(file && (await readAtMost(tools, file, maxSidecarBytes)))
    },

    async writeSidecar(folder, name, text, revisionBefore, form) {
      const { bytes, ifRevision } = sidecarBytes(text, revisionBefore)
      await settleListedName(tools, paths, folder, name)
      const file = { name: sidecarName(name, form), mimeType, bytes }
      const written = await writeFile(tools, paths.folder(folder), file, conditionFor(ifRevision))
      if (!written) throw sidecarChanged()
    },
  }
}

/** Reads the file as it was just found. The bytes are at least as new as the revision, so that a write over it loses no edit. */
export async function readAtMost(
  { files }: WriteTools,
  file: DriveFile,
  limit: number,
): Promise<SmallFile | 'too_large' | null> {
  if (sizeOf(file) > limit) return 'too_large'
  const bytes = await files.bytesAtMost(file.id, limit)
  return bytes === null || bytes === 'too_large' ? bytes : { bytes, revision: revisionOf(file) }
}

/**
 * Gives a photo the name for good under which a listing shows it, if it shares its own name with another photo. So photo and words stay
 * together when the other photo leaves.
 */
export async function settleListedName(
  { files, lookup }: WriteTools,
  paths: DrivePaths,
  folder: Folder,
  name: PhotoName,
): Promise<void> {
  if (splitMarkedName(name) === null) return
  const photo = await lookup.photo(paths.folder(folder), name)
  if (photo && photo.name !== name) await files.place(photo.id, { name })
}

/** Returns the condition of a write. */
export function conditionFor(ifRevision: string | null | undefined): WriteCondition {
  if (ifRevision === undefined) return 'always'
  return ifRevision === null ? 'absent' : { revision: ifRevision }
}
