/**
 * Moves a photo with its sidecar and XMP files, its companions.
 *
 * Dropbox moves one file at a time, so the order decides what a killed process leaves behind:
 * 1. copy the companions to the target, 2. move the photo, 3. delete the companions at the source.
 *
 * The photo always has its companions beside it, and step 2 is the moment of the move. The next attempt detects where the last stopped:
 * - after 1: photo and companions are still at the source. The attempt reuses the equal copies at the target.
 * - after 2: the photo is at the target with equal companions. The attempt deletes the leftovers at the source.
 *
 * Step 1 copies instead of moving. Otherwise a caption alone at the target could be this photo's or an older file, and Dropbox cannot tell
 * them apart. The move never adopts a caption with other content: the photo gets another number. Nothing is overwritten, because Dropbox
 * refuses a taken name.
 */
import { PublisherError } from '../../../base/errors.ts'
import {
  isPhotoName,
  numberedNames,
  type PhotoName,
  type SidecarForm,
  sidecarName,
  type XmpForm,
  xmpName,
} from '../../../ports/photo.ts'
import { photoNotFound, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import { type DropboxFile, isFile } from './answers.ts'
import type { DropboxFiles } from './files.ts'

/** A file that goes with the photo: its sidecar or an XMP file. */
interface Companion {
  /** Path at the source. */
  path: string
  /** The file at the source. `null`: the file is missing. */
  file: DropboxFile | null
  /** Returns the file's path at the target beside a photo of this name. */
  target(named: PhotoName): string
}

/** Companion that exists. */
interface Present extends Companion {
  file: DropboxFile
}

export interface DropboxMove {
  /** Full path of the photo's folder. */
  from: string
  /** Full path of the target folder. */
  to: string
  sidecar: SidecarForm | null
  xmp: readonly XmpForm[]
}

interface Move {
  photo: DropboxFile
  companions: readonly Companion[]
  fromPath: string
  to: string
}

/** Upper bound on edits of a companion during a move. */
const maxEdits = 5
/** Upper bound on an edited companion that a move carries over. A larger file stays at the source, in addition to its copy. */
const maxCarriedBytes = 8 * 2 ** 20

/**
 * Moves a photo. Returns the name at the target. Throws `photo_not_found`, `sidecar_changed` if the caption is edited during the move,
 * and `storage_unavailable` for too many photos of this name.
 */
export async function movePhoto(files: DropboxFiles, name: PhotoName, move: DropboxMove): Promise<PhotoName> {
  const { from, to } = move
  const fromPath = `${from}/${name}`
  const [photo, companions] = await Promise.all([
    files.findFile(fromPath),
    Promise.all(companionNames(move).map((nameOf) => findCompanion(files, name, move, nameOf))),
  ])
  const stored = photo && isPhotoName(photo.name) ? photo.name : name
  if (from.toLowerCase() === to.toLowerCase()) {
    if (!photo) throw photoNotFound()
    return stored
  }
  if (!photo) return finishInterrupted(files, name, companions, to)

  for (const target of numberedNames(stored)) {
    const outcome = await moveTo(files, { photo, companions, fromPath, to }, target)
    if (outcome === 'taken') continue
    if (outcome === 'absent') return finishInterrupted(files, stored, companions, to)
    for (const companion of companions.filter(isPresent))
      await removeLeftOver(files, companion, companion.target(target))
    return target
  }
  throw tooManyOfThisName()
}

type NameOf = (photo: PhotoName) => string

/** Returns the functions that name the companions of a photo, the sidecar's first. A file that is not selected counts as missing. */
function companionNames({ sidecar, xmp }: DropboxMove): { nameOf: NameOf; isSelected: boolean }[] {
  return [
    { nameOf: (photo) => sidecarName(photo, sidecar ?? 'stem'), isSelected: sidecar !== null },
    ...xmp.map((form) => ({ nameOf: (photo: PhotoName) => xmpName(photo, form), isSelected: true })),
  ]
}

async function findCompanion(
  files: DropboxFiles,
  name: PhotoName,
  { from, to }: DropboxMove,
  { nameOf, isSelected }: { nameOf: NameOf; isSelected: boolean },
): Promise<Companion> {
  const path = `${from}/${nameOf(name)}`
  const file = isSelected ? await files.findFile(path) : null
  return { path, file, target: (named) => `${to}/${nameOf(named)}` }
}

const isPresent = (companion: Companion): companion is Present => companion.file !== null

async function moveTo(
  files: DropboxFiles,
  { photo, companions, fromPath, to }: Move,
  target: PhotoName,
): Promise<'moved' | 'taken' | 'absent'> {
  const inTheWay = await photoInTheWay(files, photo, `${to}/${target}`)
  if (inTheWay) return inTheWay

  const copies: { path: string; rev: string }[] = []
  // Removes only copies that this attempt made: older files may belong to the photo that came first.
  const removeCopies = async () => {
    for (const { path, rev } of copies) await files.remove(path, rev)
  }
  for (const companion of companions) {
    const path = companion.target(target)
    const place = await placeCompanion(files, companion, path)
    if (place === 'taken') {
      // A process that has just moved this photo relies on the copies.
      const now = copies.length > 0 ? await photoInTheWay(files, photo, `${to}/${target}`) : null
      if (now === 'absent') return now
      await removeCopies()
      return 'taken'
    }
    if (place.copy) copies.push({ path, rev: place.copy.rev })
  }

  const outcome = await files.move(photo, fromPath, `${to}/${target}`)
  if (outcome !== 'moved') await removeCopies()
  return outcome
}

/** Returns `taken` for another photo or folder at this path, and `absent` if another process has just moved this photo there. */
async function photoInTheWay(
  files: DropboxFiles,
  photo: DropboxFile,
  path: string,
): Promise<'taken' | 'absent' | null> {
  const found = await files.find(path)
  return found && (isFile(found) && found.id === photo.id ? 'absent' : 'taken')
}

/** Copies the companion to this path. Without a companion, the path must be free, so that the photo adopts no other file. */
async function placeCompanion(
  files: DropboxFiles,
  companion: Companion,
  path: string,
): Promise<'taken' | { copy: DropboxFile | null }> {
  const { file } = companion
  const copied = file ? await files.copy(companion.path, path) : ({ outcome: 'absent' } as const)
  if (copied.outcome === 'copied') return { copy: copied.file }
  if (copied.outcome === 'absent') return (await files.find(path)) ? 'taken' : { copy: null }
  const there = await files.findFile(path)
  return there?.content_hash === file?.content_hash ? { copy: null } : 'taken'
}

/** Finishes an attempt that stopped after step 2. Throws `photo_not_found` without such an attempt. */
async function finishInterrupted(
  files: DropboxFiles,
  name: PhotoName,
  companions: readonly Companion[],
  to: string,
): Promise<PhotoName> {
  const left = companions.filter(isPresent)
  if (left.length === 0) throw photoNotFound()
  for (const target of numberedNames(name)) {
    const [photo, ...copies] = await Promise.all([
      files.findFile(`${to}/${target}`),
      ...left.map((companion) => files.findFile(companion.target(target))),
    ])
    if (!photo && copies.every((copy) => copy === null)) throw photoNotFound()
    const areCopies = left.every(({ file }, index) => copies[index]?.content_hash === file.content_hash)
    if (!photo || !areCopies) continue
    for (const companion of left) await removeLeftOver(files, companion, companion.target(target))
    return target
  }
  throw photoNotFound()
}

/** Deletes the companion at the source. Carries over an edit that happened after the copy. */
async function removeLeftOver(
  files: DropboxFiles,
  { path, file }: Present,
  targetPath: string,
): Promise<void> {
  let { rev } = file
  for (let edits = 0; edits <= maxEdits; edits++) {
    if ((await files.remove(path, rev)) !== 'changed') return
    const edited = await files.readAtMost(path, maxCarriedBytes)
    if (!edited) return
    if (edited === 'too_large') break
    await files.write(targetPath, edited.bytes, 'always')
    rev = edited.revision
  }
  throw new PublisherError('sidecar_changed', 'The caption was edited while the photo moved. Try again.')
}
