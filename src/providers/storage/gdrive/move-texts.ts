/** The text files of a photo that moves: copied ahead of the photo, and deleted at the source after it. */
import { PublisherError } from '../../../base/errors.ts'
import type { PhotoName } from '../../../ports/photo.ts'
import { byAge, type DriveFile, revisionOf, sizeOf } from './answers.ts'
import type { Companion } from './companions.ts'
import { isRefusal } from './errors.ts'
import { maxMultipartBytes } from './files.ts'
import { createFile, type WriteTools } from './writes.ts'

/** Upper bound on edits of a text during a move. */
const maxEdits = 5

interface Target {
  /** Path of the target folder. */
  to: string
  /** Name of the photo there. */
  target: PhotoName
  photo: DriveFile
}

/**
 * Copies the file to the target. Returns the copy, or `null` if another process has made it or the file is gone. Moves a file that is too
 * large to copy, or that the account has no space to copy.
 */
export async function placeCompanion(
  tools: WriteTools,
  { file, nameFor }: Companion,
  { to, target, photo }: Target,
): Promise<DriveFile | null> {
  const { files, folders, lookup } = tools
  const name = nameFor(target)
  const moveIt = () =>
    folders.writeTo(to, (id) => files.place(file.id, { name, from: file.parents, to: id, photo: photo.id }))
  if (sizeOf(file) > maxMultipartBytes) {
    await moveIt()
    return null
  }
  const bytes = await files.bytesAtMost(file.id, maxMultipartBytes)
  if (bytes === null || bytes === 'too_large') return null
  try {
    const copy = await createFile(tools, to, { name, mimeType: file.mimeType, bytes })
    const twins = (await lookup.named(to, [name])).filter(
      ({ id, md5Checksum }) => id !== copy.id && md5Checksum === copy.md5Checksum,
    )
    const older = twins.find((twin) => byAge(twin, copy) < 0)
    if (!older || !(await files.get(older.id))) return copy
    await files.remove(copy.id)
    return null
  } catch (error) {
    if (!isRefusal(error, 'storageQuotaExceeded')) throw error
    await moveIt()
    return null
  }
}

/** Deletes the text files at the source. Carries over edits that happened after the copies. */
export async function removeLeftOvers(
  tools: WriteTools,
  companions: readonly Companion[],
  to: string,
  target: PhotoName,
): Promise<void> {
  for (const companion of companions) await removeLeftOver(tools, companion, to, companion.nameFor(target))
}

async function removeLeftOver(
  tools: WriteTools,
  { file }: Companion,
  to: string,
  name: string,
): Promise<void> {
  const { files, lookup } = tools
  let revision = revisionOf(file)
  for (let edits = 0; edits <= maxEdits; edits++) {
    const present = await files.get(file.id)
    // Gone, or moved to the target itself.
    if (!present?.parents.some((id) => file.parents.includes(id)) || present.name !== file.name) return
    if (revisionOf(present) === revision) {
      await removeOrMove(tools, present, to, name)
      return
    }
    revision = revisionOf(present)
    const bytes = await files.bytesAtMost(file.id, maxMultipartBytes)
    const copy = bytes === null || bytes === 'too_large' ? null : await lookup.file(to, name)
    if (!copy || bytes === null || bytes === 'too_large') return
    await files.replace(copy.id, bytes, file.mimeType)
  }
  throw new PublisherError('sidecar_changed', 'The caption was edited while the photo moved. Try again.')
}

/** Deletes the file. If only its owner may delete it, moves it to the target instead, in the place of the copy. */
async function removeOrMove(
  { files, folders, lookup }: WriteTools,
  file: DriveFile,
  to: string,
  name: string,
): Promise<void> {
  try {
    await files.remove(file.id)
  } catch (error) {
    if (!isRefusal(error, 'insufficientFilePermissions')) throw error
    const copies = (await lookup.named(to, [name])).filter(
      ({ md5Checksum }) => md5Checksum !== undefined && md5Checksum === file.md5Checksum,
    )
    await folders.writeTo(to, (id) => files.place(file.id, { name, from: file.parents, to: id }))
    for (const { id } of copies) await files.remove(id)
  }
}
