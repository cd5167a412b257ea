/** Writes whole small files by folder and name. */
import type { DriveFile } from './answers.ts'
import { revisionOf } from './answers.ts'
import { type DriveFiles, maxMultipartBytes } from './files.ts'
import type { DriveFolders } from './folders.ts'
import type { DriveLookup } from './lookup.ts'
import { beginUpload, sendBody, type UploadTools } from './resumable.ts'

/** Condition of a write: always, only if the name is free, or only over this revision. */
export type WriteCondition = 'always' | 'absent' | { revision: string }

export interface WriteTools extends UploadTools {
  files: DriveFiles
  folders: DriveFolders
  lookup: DriveLookup
  newId: () => Promise<string>
}

/**
 * Writes the file. Returns `null` if the condition failed. Drive has no conditional writes, so two writers at the same moment may both
 * succeed. The check protects only against earlier changes.
 */
export async function writeFile(
  tools: WriteTools,
  path: string,
  file: { name: string; mimeType: string; bytes: Uint8Array<ArrayBuffer> },
  condition: WriteCondition,
): Promise<DriveFile | null> {
  const present = await tools.lookup.file(path, file.name)
  if (!holds(condition, present)) return null
  const replaced = present && (await tools.files.replace(present.id, file.bytes, file.mimeType))
  if (replaced) return replaced
  // Deleted since the check.
  if (typeof condition === 'object') return null
  const created = await createFile(tools, path, file)
  tools.lookup.remember(path, file.name, created.id)
  return created
}

function holds(condition: WriteCondition, present: DriveFile | null): boolean {
  if (condition === 'always') return true
  if (condition === 'absent') return present === null
  return present !== null && revisionOf(present) === condition.revision
}

/** Creates a file, even if others have its name. */
export async function createFile(
  tools: WriteTools,
  path: string,
  { name, mimeType, bytes }: { name: string; mimeType: string; bytes: Uint8Array<ArrayBuffer> },
): Promise<DriveFile> {
  return tools.folders.writeTo(path, async (parent) => {
    const file = { id: await tools.newId(), name, parents: [parent], mimeType }
    if (bytes.length <= maxMultipartBytes) return tools.files.create(file, bytes)
    const session = await beginUpload(tools, file, bytes.length)
    return sendBody(tools, session, file.id, new Blob([bytes]).stream(), bytes.length)
  })
}

/** Deletes the file of this name, and copies of it with the same name and bytes. Returns false if the file was missing. */
export async function removeFile(
  { files, lookup }: WriteTools,
  path: string,
  name: string,
): Promise<boolean> {
  const first = await lookup.file(path, name)
  if (!first) return false
  const hash = first.sha256Checksum ?? first.md5Checksum
  const others = (await lookup.named(path, [name])).filter(
    (file) =>
      file.id !== first.id && hash !== undefined && (file.sha256Checksum ?? file.md5Checksum) === hash,
  )
  for (const { id } of others) await files.remove(id)
  return files.remove(first.id)
}
