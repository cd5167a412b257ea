/**
 * Names of photos of a folder, unique although a Drive allows many files of one name. The oldest file has the plain name. Every other file
 * has the end of its ID in its name: `x (Ab3_dE-9).jpg`. That name leads to the file for as long as the file is called `x.jpg`.
 */
import { isPhotoName, markedName, type PhotoName } from '../../../ports/photo.ts'
import { byAge, type DriveFile, hasBytes } from './answers.ts'

/** Lengths of the ends of IDs in names. A longer end is for a name that another file has. */
const endLengths = [8, 16] as const

/** Returns the photos among the files by their unique names. */
export function photosByName(files: readonly DriveFile[]): Map<PhotoName, DriveFile> {
  const photos = new Map<PhotoName, DriveFile>()
  const twins: { name: PhotoName; file: DriveFile }[] = []
  for (const file of files.toSorted(byAge)) {
    const { name } = file
    if (!isPhotoName(name) || !hasBytes(file)) continue
    if (photos.has(name)) twins.push({ name, file })
    else photos.set(name, file)
  }
  for (const { name, file } of twins) {
    const free = marksOf(file.id)
      .map((mark) => markedName(name, mark))
      .find((marked) => !photos.has(marked))
    if (free !== undefined) photos.set(free, file)
  }
  return photos
}

/** Returns the marks that a file of this ID may have, the preferred first. */
function marksOf(id: string): string[] {
  return [...endLengths.filter((length) => length < id.length).map((length) => id.slice(-length)), id]
}

/** Marked name: what the file is called, and the end of its ID. */
export interface MarkedName {
  plain: PhotoName
  mark: string
}

/** Splits a marked name. Returns `null` for any other name. */
export function splitMarkedName(name: PhotoName): MarkedName | null {
  const dot = name.lastIndexOf('.')
  const open = name.lastIndexOf(' (', dot)
  if (open < 0 || name.charAt(dot - 1) !== ')') return null
  const mark = name.slice(open + 2, dot - 1)
  const plain = name.slice(0, open) + name.slice(dot)
  return /^[\w-]{8,200}$/.test(mark) && isPhotoName(plain) ? { plain, mark } : null
}

/** Returns the files that a marked name may mean, the likeliest first. The oldest comes last, because it has the plain name. */
export function marked(files: readonly DriveFile[], { plain, mark }: MarkedName): DriveFile[] {
  const [oldest, ...others] = files.filter((file) => file.name === plain && hasBytes(file)).toSorted(byAge)
  return [...others, ...(oldest ? [oldest] : [])].filter(({ id }) => id.endsWith(mark))
}

/** Bytes from which on a marked name may lack the end of the plain name, so that only a listing finds the file. */
const longNameBytes = 200

/** Checks if the name may be a marked name that was cut. */
export function mayBeCut(name: PhotoName): boolean {
  return splitMarkedName(name) !== null && new TextEncoder().encode(name).length > longNameBytes
}
