/**
 * Moves a photo together with its sidecar.
 *
 * Dropbox moves one file at a time, so the order decides what a process killed half-way leaves behind. Here:
 * 1. copy the sidecar to the target, 2. move the photo, 3. delete the sidecar at the source.
 * At each instant the photo has its sidecar beside it, wherever it is, and the photo's own move is the moment at which
 * everything counts as moved. The next attempt finds out by itself where the last one stopped:
 * - after 1: photo and sidecar are still at the source, an equal copy waits at the target and is taken over;
 * - after 2: the photo is at the target with an equal sidecar; the left-over at the source is deleted.
 * Were the sidecar moved instead of copied, a caption alone at the target could be this photo's or one that somebody
 * left there, and Dropbox cannot tell which. A caption of other content is never taken over: the photo gets another
 * number. Nothing is overwritten, because Dropbox itself refuses a taken name.
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
  /** The target folder's full path. */
  to: string
  sidecarOf: SidecarOf
}

/** File name of a photo's sidecar. */
type SidecarOf = (name: PhotoName) => string

/** How often a sidecar may change under the hands of a move before that gives up. */
const maxEdits = 5
/** A larger sidecar that is edited while its photo moves stays where it is, beside its copy. Bytes. */
const maxCarriedBytes = 8 * 2 ** 20

/**
 * Moves between two folders given by their full paths. Gives the name at the target. Throws `photo_not_found`, and
 * `storage_unavailable` where there are too many photos of this name.
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
  // The same photo, when somebody else has moved it in this very moment.
  if (inTheWay) return isFile(inTheWay) && inTheWay.id === photo.id ? 'absent' : 'taken'

  const sidecarPath = `${to}/${sidecarOf(target)}`
  const place = await placeSidecar(files, sidecar, sidecarPath)
  if (place === 'taken') return 'taken'

  const outcome = await files.move(photo, fromPath, `${to}/${target}`)
  // Only a copy of our own making: what was there before may belong to the photo that came first.
  if (outcome !== 'moved' && place.copy) await files.remove(sidecarPath, place.copy.rev)
  return outcome
}

/** Puts a copy of the sidecar at this path; without a sidecar the path must be free, lest a foreign caption be adopted. */
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

/** An earlier attempt ended between the photo's move and the deletion of the sidecar at the source, or there is no such photo. */
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

/** Deletes the sidecar at the source. An edit that came after the copy was made is carried over first. */
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
