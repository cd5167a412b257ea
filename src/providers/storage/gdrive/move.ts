/**
 * Moves a photo with its sidecar and XMP files.
 *
 * Drive moves and renames a file in one step, but one file at a time. So the order decides what a killed process leaves behind:
 * 1. copy the text files to the target, 2. move the photo, 3. delete the text files at the source.
 *
 * The photo always has its texts beside it, and step 2 is the moment of the move. The next attempt detects where the last stopped:
 * - after 1: everything is still at the source. The attempt reuses the equal copies at the target.
 * - after 2: the photo is at the target with equal copies. The attempt deletes the leftovers at the source.
 *
 * A service account without storage space cannot copy. Its text files move before the photo, with a note whose they are.
 */
import { numberedNames, type PhotoName } from '../../../ports/photo.ts'
import { photoNotFound, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import type { DriveFile } from './answers.ts'
import { mayKeepName } from './arrival.ts'
import { type Companion, type CompanionForms, companionNames, findCompanions } from './companions.ts'
import { placeCompanion, removeLeftOvers } from './move-texts.ts'
import type { WriteTools } from './writes.ts'

interface Move {
  photo: DriveFile
  companions: readonly Companion[]
  /** Path of the target folder. */
  to: string
  forms: CompanionForms
}

/**
 * Moves a photo between two folders, given by their paths. Returns the name at the target. Throws `photo_not_found`, `sidecar_changed` if
 * a text is edited again and again during the move, and `storage_unavailable` for too many photos of this name.
 */
export async function movePhoto(
  tools: WriteTools,
  name: PhotoName,
  from: string,
  to: string,
  forms: CompanionForms,
): Promise<PhotoName> {
  const [photo, companions] = await Promise.all([
    tools.lookup.photo(from, name),
    findCompanions(tools, from, name, forms),
  ])
  if (from === to) {
    if (!photo) throw photoNotFound()
    return name
  }
  if (!photo) return finishInterrupted(tools, name, companions, to)

  let move: Move = { photo, companions, to, forms }
  let outdated: DriveFile[] = []
  for (const target of numberedNames(name)) {
    const { outcome, moved, copies } = await moveTo(tools, move, target)
    if (outcome !== 'refused') for (const { id } of outdated) await tools.files.remove(id)
    if (outcome === 'absent') return finishInterrupted(tools, name, companions, to)
    if (outcome === 'moved') {
      await removeLeftOvers(tools, companions, to, target)
      tools.lookup.remember(to, target, photo.id)
      return target
    }
    if (moved) {
      // The photo is in the target folder, but another photo has its name. The copies follow it to the next name.
      move = { ...move, photo: moved }
      outdated = copies
    }
  }
  throw tooManyOfThisName()
}

interface Step {
  /** `refused`: the name is taken, and nothing has changed. `shared`: another photo got the name at the same time. */
  outcome: 'moved' | 'refused' | 'shared' | 'absent'
  /** The photo, after it has moved. */
  moved?: DriveFile
  /** Copies that this step made. */
  copies: DriveFile[]
}

async function moveTo(
  tools: WriteTools,
  { photo, companions, to, forms }: Move,
  target: PhotoName,
): Promise<Step> {
  const { files, folders, lookup } = tools
  const present = (await lookup.named(to, [target, ...companionNames(target, forms)])).filter(
    ({ id }) => id !== photo.id,
  )
  if (present.some((file) => file.name === target)) return { outcome: 'refused', copies: [] }
  const adopted = present.filter(
    (file) => !isNotedFor(file, photo) && !companions.some((companion) => isCopyOf(file, companion, target)),
  )
  // The photo must not adopt a text that was there before.
  if (adopted.length > 0) return { outcome: 'refused', copies: [] }

  const copies: DriveFile[] = []
  const context = { to, target, photo }
  for (const companion of companions) {
    if (present.some((file) => file.name === companion.nameFor(target))) continue
    const copy = await placeCompanion(tools, companion, context)
    if (copy) copies.push(copy)
  }
  const removeCopies = async () => {
    for (const { id } of copies) await files.remove(id)
  }

  const now = await files.get(photo.id)
  const moved =
    now?.parents.join() === photo.parents.join()
      ? await folders.writeTo(to, (id) =>
          files.place(photo.id, {
            name: target,
            ...(photo.parents.includes(id) ? {} : { from: photo.parents, to: id }),
          }),
        )
      : now
  // Another process has moved the photo to the same name, and may use the copies, or has moved it elsewhere.
  const isThere =
    moved && (await folders.within(to, async ({ ids }) => moved.parents.some((id) => ids.includes(id))))
  if (!moved || !isThere || moved.name !== target) {
    await removeCopies()
    return { outcome: 'absent', copies: [] }
  }
  if (await mayKeepName(tools, to, moved)) return { outcome: 'moved', moved, copies }
  return { outcome: 'shared', moved, copies }
}

/** Checks for a text that an earlier attempt moved ahead of this photo. */
function isNotedFor(file: DriveFile, photo: DriveFile): boolean {
  return file.appProperties?.photo === photo.id
}

function isCopyOf(file: DriveFile, companion: Companion, target: PhotoName): boolean {
  return file.name === companion.nameFor(target) && haveEqualBytes(file, companion.file)
}

/** Checks if two files have the same bytes. Files without digests count as different. */
export function haveEqualBytes(one: DriveFile, other: DriveFile): boolean {
  const hash = one.md5Checksum ?? one.sha256Checksum
  return hash !== undefined && hash === (other.md5Checksum ?? other.sha256Checksum)
}

/** Finishes an attempt that stopped after step 2. Throws `photo_not_found` without such an attempt. */
async function finishInterrupted(
  tools: WriteTools,
  name: PhotoName,
  companions: readonly Companion[],
  to: string,
): Promise<PhotoName> {
  if (companions.length === 0) throw photoNotFound()
  for (const target of numberedNames(name)) {
    const names = companions.map((companion) => companion.nameFor(target))
    const present = await tools.lookup.named(to, [target, ...names])
    if (present.length === 0) throw photoNotFound()
    const isComplete =
      present.some((file) => file.name === target) &&
      companions.every(({ file, nameFor }) =>
        present.some((copy) => copy.name === nameFor(target) && haveEqualBytes(copy, file)),
      )
    if (!isComplete) continue
    await removeLeftOvers(tools, companions, to, target)
    return target
  }
  throw photoNotFound()
}
