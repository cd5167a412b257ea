/**
 * Moves a photo with its sidecar.
 *
 * Dropbox moves one file at a time, so the order decides what a killed process leaves behind:
 * 1. copy the sidecar to the target, 2. move the photo, 3. delete the sidecar at the source.
 *
 * The photo always has its sidecar beside it, and step 2 is the moment of the move. The next attempt detects where the last stopped:
 * - after 1: photo and sidecar are still at the source. The attempt reuses the equal copy at the target.
 * - after 2: the photo is at the target with an equal sidecar. The attempt deletes the leftover at the source.
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
} from '../../../ports/photo.ts'
import { photoNotFound, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import { type DropboxFile, isFile } from './answers.ts'
import type { DropboxFiles } from './files.ts'

interface Sidecar {
  path: string
  file: DropboxFile
}

interface Move {
  photo: DropboxFile
  sidecar: Sidecar | null
  fromPath: string
  /** Full path of the target folder. */
  to: string
  sidecarOf: SidecarOf
}

/** Returns the file name of a photo's sidecar. */
type SidecarOf = (name: PhotoName) => string

/** Upper bound on edits of a sidecar during a move. */
const maxEdits = 5
/** Upper bound on an edited sidecar that a move carries over. A larger sidecar stays at the source, in addition to its copy. */
const maxCarriedBytes = 8 * 2 ** 20

/**
 * Moves a photo between two folders, given by their full paths. Returns the name at the target. Throws `photo_not_found`,
 * `sidecar_changed` if the caption is edited during the move, and `storage_unavailable` for too many photos of this name.
 */
export async function movePhoto(
  files: DropboxFiles,
  name: PhotoName,
  from: string,
  to: string,
  form: SidecarForm | null,
): Promise<PhotoName> {
  const sidecarOf: SidecarOf = (named) => sidecarName(named, form ?? 'stem')
  const fromPath = `${from}/${name}`
  const sidecarPath = `${from}/${sidecarOf(name)}`
  const [photo, sidecarFile] = await Promise.all([
    files.findFile(fromPath),
    form === null ? null : files.findFile(sidecarPath),
  ])
  const sidecar = sidecarFile && { path: sidecarPath, file: sidecarFile }
  const stored = photo && isPhotoName(photo.name) ? photo.name : name
  if (from.toLowerCase() === to.toLowerCase()) {
    if (!photo) throw photoNotFound()
    return stored
  }
  if (!photo) return finishInterrupted(files, name, sidecar, to, sidecarOf)

  for (const target of numberedNames(stored)) {
    const outcome = await moveTo(files, { photo, sidecar, fromPath, to, sidecarOf }, target)
    if (outcome === 'taken') continue
    if (outcome === 'absent') return finishInterrupted(files, stored, sidecar, to, sidecarOf)
    if (sidecar) await removeLeftOver(files, sidecar, `${to}/${sidecarOf(target)}`)
    return target
  }
  throw tooManyOfThisName()
}

async function moveTo(
  files: DropboxFiles,
  { photo, sidecar, fromPath, to, sidecarOf }: Move,
  target: PhotoName,
) {
  const inTheWay = await files.find(`${to}/${target}`)
  // The same id: another process has just moved this photo.
  if (inTheWay) return isFile(inTheWay) && inTheWay.id === photo.id ? 'absent' : 'taken'

  const sidecarPath = `${to}/${sidecarOf(target)}`
  const place = await placeSidecar(files, sidecar, sidecarPath)
  if (place === 'taken') return 'taken'

  const outcome = await files.move(photo, fromPath, `${to}/${target}`)
  // Removes only a copy that this attempt made: an older sidecar may belong to the photo that came first.
  if (outcome !== 'moved' && place.copy) await files.remove(sidecarPath, place.copy.rev)
  return outcome
}

/** Copies the sidecar to this path. Without a sidecar, the path must be free, so that the photo adopts no other caption. */
async function placeSidecar(
  files: DropboxFiles,
  sidecar: Sidecar | null,
  path: string,
): Promise<'taken' | { copy: DropboxFile | null }> {
  const copied = sidecar ? await files.copy(sidecar.path, path) : ({ outcome: 'absent' } as const)
  if (copied.outcome === 'copied') return { copy: copied.file }
  if (copied.outcome === 'absent') return (await files.find(path)) ? 'taken' : { copy: null }
  const there = await files.findFile(path)
  return there?.content_hash === sidecar?.file.content_hash ? { copy: null } : 'taken'
}

/** Finishes an attempt that stopped after step 2. Throws `photo_not_found` without such an attempt. */
async function finishInterrupted(
  files: DropboxFiles,
  name: PhotoName,
  sidecar: Sidecar | null,
  to: string,
  sidecarOf: SidecarOf,
): Promise<PhotoName> {
  if (!sidecar) throw photoNotFound()
  for (const target of numberedNames(name)) {
    const targetSidecar = `${to}/${sidecarOf(target)}`
    const [photo, copy] = await Promise.all([
      files.findFile(`${to}/${target}`),
      files.findFile(targetSidecar),
    ])
    if (!photo && !copy) throw photoNotFound()
    if (!photo || copy?.content_hash !== sidecar.file.content_hash) continue
    await removeLeftOver(files, sidecar, targetSidecar)
    return target
  }
  throw photoNotFound()
}

/** Deletes the sidecar at the source. Carries over an edit that happened after the copy. */
async function removeLeftOver(files: DropboxFiles, sidecar: Sidecar, targetPath: string): Promise<void> {
  let { rev } = sidecar.file
  for (let edits = 0; edits <= maxEdits; edits++) {
    if ((await files.remove(sidecar.path, rev)) !== 'changed') return
    const edited = await files.readAtMost(sidecar.path, maxCarriedBytes)
    if (!edited) return
    if (edited === 'too_large') break
    await files.write(targetPath, edited.bytes, 'always')
    rev = edited.revision
  }
  throw new PublisherError('sidecar_changed', 'The caption was edited while the photo moved. Try again.')
}
