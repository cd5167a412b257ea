/** Finds the XMP files beside photos, by their names alone. */
import { isPhotoName, type PhotoName, type XmpForm, xmpName } from './photo.ts'
import type { PhotoListing, XmpBeside } from './storage.ts'

export const xmpForms: readonly XmpForm[] = ['stem', 'full']

const xmpEnd = /\.(?:xmp|XMP)$/

/**
 * Extensions of files that may own the `x.xmp` of their stem, besides photos: raw files of cameras, and other files that programs for
 * photographers describe in XMP files. See https://helpx.adobe.com/camera-raw/kb/camera-raw-plug-supported-cameras.html.
 */
const otherOwners = new Set(
  (
    '3fr ari arw avif braw bay cap cr2 cr3 crw dcr dcs dng erf fff gpr heic heif iiq jxl k25 kdc mdc mef mos mov mp4 mrw nef nrw orf ' +
    'pef psb psd ptx r3d raf raw rw2 rwl rwz sr2 srf srw tif tiff x3f'
  ).split(' '),
)

/** Checks if a file may be an XMP file. */
export function isXmpName(file: string): boolean {
  return xmpEnd.test(file)
}

/** Returns the names that the photo's XMP file of this form may have where names differ by case. The first has precedence. */
export function xmpNames(name: PhotoName, form: XmpForm): readonly [string, string] {
  const usual = xmpName(name, form)
  return [usual, usual.replace(xmpEnd, '.XMP')]
}

/** Returns the name of an XMP file with its extension in lower case, and all of it where names that differ only in case are the same. */
export function xmpKey(file: string, foldsCase = false): string {
  return foldsCase ? file.toLowerCase() : file.replace(xmpEnd, '.xmp')
}

/** Files of a folder, as its store lists them. */
export interface FolderFiles {
  photos: readonly { name: PhotoName }[]
  /** Names of all files, photos included. */
  files: Iterable<string>
  /** Returns the version of a file, or `undefined` for a missing file. Called for XMP files only. */
  versionOf(file: string): string | undefined
  /** True when names that differ only in case are the same file. Default: false. */
  foldsCase?: boolean
}

/** Returns what a listing tells about XMP files. */
export function xmpAmong(folder: FolderFiles): Required<Pick<PhotoListing, 'xmp' | 'strayXmp'>> {
  const { photos, foldsCase = false } = folder
  const keyOf = (name: PhotoName, form: XmpForm) => xmpKey(xmpName(name, form), foldsCase)
  const { versions, owners } = sorted(folder)
  const strayXmp = new Set(versions.keys())
  const xmp = new Map<PhotoName, XmpBeside>()
  for (const { name } of photos) {
    const [stemKey, fullKey] = [keyOf(name, 'stem'), keyOf(name, 'full')]
    const [stem, full] = [versions.get(stemKey), versions.get(fullKey)]
    const isStemShared = (owners.get(stemKey) ?? 0) > 1
    strayXmp.delete(stemKey)
    strayXmp.delete(fullKey)
    if (stem === undefined && full === undefined && !isStemShared) continue
    xmp.set(name, {
      ...(stem !== undefined && { stem }),
      ...(full !== undefined && { full }),
      ...(isStemShared && { isStemShared }),
    })
  }
  return { xmp, strayXmp }
}

/** Returns the versions of the folder's XMP files by key, and the number of files that may own the XMP file of their stem. */
function sorted({ files, versionOf, foldsCase = false }: FolderFiles) {
  const versions = new Map<string, string>()
  const owners = new Map<string, number>()
  for (const file of files) {
    if (isXmpName(file)) {
      const version = versionOf(file)
      const key = xmpKey(file, foldsCase)
      if (version !== undefined && (key === file || !versions.has(key))) versions.set(key, version)
      continue
    }
    const stem = stemOfOwner(file)
    if (stem === null) continue
    const key = xmpKey(`${stem}.xmp`, foldsCase)
    owners.set(key, (owners.get(key) ?? 0) + 1)
  }
  return { versions, owners }
}

/** Returns the stem of a file that may own the XMP file of its stem, otherwise `null`. */
function stemOfOwner(file: string): string | null {
  const dot = file.lastIndexOf('.')
  if (dot <= 0) return null
  const isOwner = isPhotoName(file) || otherOwners.has(file.slice(dot + 1).toLowerCase())
  return isOwner ? file.slice(0, dot) : null
}

/** Copies what a listing tells about XMP files, so that callers cannot change each other's. */
export function copyOfXmp({
  xmp,
  strayXmp,
}: Pick<PhotoListing, 'xmp' | 'strayXmp'>): Pick<PhotoListing, 'xmp' | 'strayXmp'> {
  return { ...(xmp && { xmp: new Map(xmp) }), ...(strayXmp && { strayXmp: new Set(strayXmp) }) }
}
