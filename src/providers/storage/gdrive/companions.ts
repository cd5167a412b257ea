/** Text files that belong to a photo by their names: its sidecar and its XMP files. */
import { type PhotoName, type SidecarForm, sidecarName, type XmpForm } from '../../../ports/photo.ts'
import { xmpNames } from '../../../ports/xmp-file.ts'
import type { DriveFile } from './answers.ts'
import type { DriveFiles } from './files.ts'
import type { DriveLookup } from './lookup.ts'

/** Selects the files of a photo, as the storage port does. */
export interface CompanionForms {
  sidecar: SidecarForm | null
  xmp: readonly XmpForm[]
}

/** A file beside a photo. */
export interface Companion {
  file: DriveFile
  /** Returns the file's name beside a photo of another name. */
  nameFor(name: PhotoName): string
}

/** Returns functions that name each file. XMP files may end in capitals, because Drive keeps the case of names. */
function namers({ sidecar, xmp }: CompanionForms): ((name: PhotoName) => string)[] {
  return [
    ...(sidecar === null ? [] : [(name: PhotoName) => sidecarName(name, sidecar)]),
    ...xmp.flatMap((form) => [
      (name: PhotoName) => xmpNames(name, form)[0],
      (name: PhotoName) => xmpNames(name, form)[1],
    ]),
  ]
}

/** Returns the names that the files may have. */
export function companionNames(name: PhotoName, forms: CompanionForms): string[] {
  return namers(forms).map((namer) => namer(name))
}

/** Finds the files beside a photo. */
export async function findCompanions(
  { files, lookup }: { files: DriveFiles; lookup: DriveLookup },
  path: string,
  name: PhotoName,
  forms: CompanionForms,
): Promise<Companion[]> {
  const all = namers(forms)
  if (all.length === 0) return []
  const found = await lookup.named(path, companionNames(name, forms))
  const companions: Companion[] = []
  for (const nameFor of all) {
    for (const candidate of found.filter((file) => file.name === nameFor(name))) {
      const file = await files.get(candidate.id)
      if (!file || file.name !== candidate.name || !file.parents.some((id) => candidate.parents.includes(id)))
        continue
      companions.push({ file, nameFor })
      break
    }
  }
  return companions
}
