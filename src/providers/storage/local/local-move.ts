/**
 * Moves a photo with its sidecar between two directories by hard links: first both files get their new names, then both lose their old
 * names. The source is complete until the end, and the next attempt recognises a file with two names. So repeating an interrupted move
 * completes it.
 */
import { join } from 'node:path'
import { numberedNames, type PhotoName, type SidecarForm, sidecarName } from '../../../ports/photo.ts'
import { photoNotFound, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import { unlessMissing } from './local-errors.ts'
import type { LocalFiles } from './local-files.ts'

/**
 * Moves the photo. Returns its name at the target. Throws `photo_not_found`, and `storage_unavailable` for too many photos of this
 * name.
 */
export async function movePhoto(
  files: LocalFiles,
  name: PhotoName,
  from: string,
  to: string,
  form: SidecarForm | null,
): Promise<PhotoName> {
  const sidecarOf = (named: PhotoName) => sidecarName(named, form ?? 'stem')
  const photo = join(from, name)
  const sidecar = join(from, sidecarOf(name))
  if (!(await isFile(files, photo))) throw photoNotFound()
  const hasSidecar = form !== null && (await isFile(files, sidecar))
  for (const target of numberedNames(name)) {
    const targets = { photo: join(to, target), sidecar: join(to, sidecarOf(target)) }
    const claimed = await claim(files, { photo, sidecar: hasSidecar ? sidecar : null }, targets)
    if (!claimed) continue
    if (hasSidecar) await files.remove(sidecar)
    await files.remove(photo)
    return target
  }
  throw tooManyOfThisName()
}

/** Links photo and sidecar to these names. Returns false if a name is taken, and leaves nothing behind. */
async function claim(
  files: LocalFiles,
  source: { photo: string; sidecar: string | null },
  { photo, sidecar }: { photo: string; sidecar: string },
): Promise<boolean> {
  const photoIsThere = await isFile(files, photo)
  if (photoIsThere && !(await files.sameContent(source.photo, photo))) return false
  let linkedSidecar = false
  if (source.sidecar) {
    linkedSidecar = await linkSource(files, source.sidecar, sidecar)
    if (!linkedSidecar && !(await files.sameContent(source.sidecar, sidecar))) return false
  } else if (!photoIsThere && (await isFile(files, sidecar))) {
    // The sidecar belongs to a photo with another extension, and this photo would adopt it.
    return false
  }
  if (photoIsThere || (await linkSource(files, source.photo, photo))) return true
  if (await files.sameContent(source.photo, photo)) return true
  // Another process has just moved this photo, so the sidecar at the target is not a leftover of this attempt.
  if (!(await isFile(files, source.photo))) throw photoNotFound()
  if (linkedSidecar) await files.remove(sidecar)
  return false
}

async function isFile(files: LocalFiles, path: string): Promise<boolean> {
  return (await unlessMissing(files.stat(path)))?.isFile() ?? false
}

/** Links the source. Throws `photo_not_found` if another process has already moved the source. */
async function linkSource(files: LocalFiles, source: string, target: string): Promise<boolean> {
  const linked = await unlessMissing(files.linkIfAbsent(source, target))
  if (linked === null) throw photoNotFound()
  return linked
}
