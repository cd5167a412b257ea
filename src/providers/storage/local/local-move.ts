/**
 * Moves a photo with its sidecar and XMP files between two directories by hard links: first all files get their new names, then all lose
 * their old names, the photo last. The source is complete until the end, and the next attempt recognises a file with two names. So
 * repeating an interrupted move completes it.
 */
import { join } from 'node:path'
import {
  numberedNames,
  type PhotoName,
  type SidecarForm,
  sidecarName,
  type XmpForm,
} from '../../../ports/photo.ts'
import { photoNotFound, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import { xmpNames } from '../../../ports/xmp-file.ts'
import { unlessMissing } from './local-errors.ts'
import type { LocalFiles } from './local-files.ts'

export interface LocalMove {
  /** Directory of the photo. */
  from: string
  /** Directory that gets the photo. */
  to: string
  sidecar: SidecarForm | null
  xmp: readonly XmpForm[]
}

/** A file that goes with the photo. */
interface Companion {
  /** Path of the file. `null`: the file is missing. */
  source: string | null
  /** Returns the file's name beside a photo of this name. */
  nameOf(photo: PhotoName): string
}

/**
 * Moves the photo. Returns its name at the target. Throws `photo_not_found`, and `storage_unavailable` for too many photos of this
 * name.
 */
export async function movePhoto(files: LocalFiles, name: PhotoName, move: LocalMove): Promise<PhotoName> {
  const { from, to } = move
  const photo = join(from, name)
  if (!(await isFile(files, photo))) throw photoNotFound()
  const companions = await findCompanions(files, name, move)
  for (const target of numberedNames(name)) {
    const targets = companions.map(({ source, nameOf }) => ({ source, path: join(to, nameOf(target)) }))
    if (!(await claim(files, photo, join(to, target), targets))) continue
    for (const { source } of companions) if (source !== null) await files.remove(source)
    await files.remove(photo)
    return target
  }
  throw tooManyOfThisName()
}

async function findCompanions(
  files: LocalFiles,
  name: PhotoName,
  { from, sidecar, xmp }: LocalMove,
): Promise<Companion[]> {
  const find = async (nameOf: Companion['nameOf']): Promise<Companion> => {
    const path = join(from, nameOf(name))
    return { source: (await isFile(files, path)) ? path : null, nameOf }
  }
  const sidecarOf: Companion['nameOf'] = (named) => sidecarName(named, sidecar ?? 'stem')
  const companions: Companion[] = [
    sidecar === null ? { source: null, nameOf: sidecarOf } : await find(sidecarOf),
  ]
  for (const form of xmp) {
    const usual = await find((named) => xmpNames(named, form)[0])
    companions.push(usual.source === null ? await find((named) => xmpNames(named, form)[1]) : usual)
  }
  return companions
}

interface TargetFile {
  source: string | null
  path: string
}

/** Links the photo and its companions to these names. Returns false if a name is taken, and leaves nothing behind. */
async function claim(
  files: LocalFiles,
  photo: string,
  target: string,
  companions: readonly TargetFile[],
): Promise<boolean> {
  const photoIsThere = await isFile(files, target)
  if (photoIsThere && !(await files.sameContent(photo, target))) return false
  const linked = await linkAll(files, companions, photoIsThere)
  if (!linked) return false
  if (photoIsThere || (await linkSource(files, photo, target))) return true
  if (await files.sameContent(photo, target)) return true
  // Another process has just moved this photo, so the companions at the target are not leftovers of this attempt.
  if (!(await isFile(files, photo))) throw photoNotFound()
  for (const path of linked) await files.remove(path)
  return false
}

/** Links the companions. Returns the paths of the new links. Returns `null` if a name is taken, and then removes the links. */
async function linkAll(
  files: LocalFiles,
  companions: readonly TargetFile[],
  photoIsThere: boolean,
): Promise<string[] | null> {
  const linked: string[] = []
  for (const { source, path } of companions) {
    if (source === null) {
      // The file belongs to a photo with another extension, and this photo would adopt it.
      const isTaken = !photoIsThere && (await isFile(files, path))
      if (!isTaken) continue
    } else if (await linkSource(files, source, path)) {
      linked.push(path)
      continue
    } else if (await files.sameContent(source, path)) continue
    // Another process is completing this move, and relies on the links.
    else if (!(await isFile(files, source))) throw photoNotFound()
    for (const link of linked) await files.remove(link)
    return null
  }
  return linked
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
