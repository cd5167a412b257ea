/** XMP files beside the photos of a store's folders, from a recent listing, updated with later changes. */
import { type Folder, type PhotoName, type XmpForm, xmpName } from '../../ports/photo.ts'
import type { PhotoListing, XmpBeside } from '../../ports/storage.ts'
import { xmpForms, xmpKey } from '../../ports/xmp-file.ts'
import { recentMs } from '../sidecar/known-stems.ts'

/** XMP files that go with a photo. */
export interface FoundXmp {
  forms: readonly XmpForm[]
  /** False if the listing has no such photo, so that the files may also be leftovers of an interrupted move. */
  isListed: boolean
}

export interface KnownXmp {
  /** Learns from a listing, unless a later listing is known. */
  note(folder: Folder, listing: PhotoListing, listedAtMs: number): void
  /** Returns the files that go with the photo: never `x.xmp` if another file has the stem. `undefined`: not known. */
  find(folder: Folder, name: PhotoName): FoundXmp | undefined
  /** Checks if an XMP file without a photo would become this photo's. */
  isStray(folder: Folder, name: PhotoName): boolean
  wrote(folder: Folder, name: PhotoName, form: XmpForm): void
  moved(name: PhotoName, from: Folder, to: Folder, forms: readonly XmpForm[]): void
  removed(folder: Folder, name: PhotoName): void
  forget(folder: Folder): void
}

interface Files {
  listedAtMs: number
  /** XMP files by the photo's name. */
  beside: Map<string, XmpBeside>
  stray: ReadonlySet<string>
}

/**
 * Lifetime of the knowledge that a folder has no XMP file at all. Most photographers have none, and a move must not list their folder
 * again. A file that another program adds in this time stays behind.
 */
const emptyMs = 5 * 60_000

/** Creates the memory. `now` returns milliseconds. */
export function createKnownXmp({ now, foldsCase }: { now: () => number; foldsCase: boolean }): KnownXmp {
  const known = new Map<Folder, Files>()
  const nameOf = (name: PhotoName) => (foldsCase ? name.toLowerCase() : name)

  function recent(folder: Folder): Files | undefined {
    const files = known.get(folder)
    return files && now() - files.listedAtMs < (isEmpty(files) ? emptyMs : recentMs) ? files : undefined
  }

  const strayForms = (name: PhotoName, { stray }: Files) =>
    xmpForms.filter((form) => stray.has(xmpKey(xmpName(name, form), foldsCase)))

  function removed(folder: Folder, name: PhotoName): void {
    const files = known.get(folder)
    // The rest of a shared stem may be alone now.
    if (files?.beside.get(nameOf(name))?.isStemShared) known.delete(folder)
    files?.beside.delete(nameOf(name))
  }

  return {
    removed,
    note(folder, { xmp = new Map(), strayXmp = new Set() }, listedAtMs) {
      if (listedAtMs <= (known.get(folder)?.listedAtMs ?? -Infinity)) return
      const beside = new Map([...xmp].map(([name, files]) => [nameOf(name), files]))
      known.set(folder, { listedAtMs, beside, stray: strayXmp })
    },
    find(folder, name) {
      const files = recent(folder)
      if (!files) return undefined
      const beside = files.beside.get(nameOf(name))
      if (beside) return { forms: formsOf(beside), isListed: true }
      const forms = strayForms(name, files)
      return { forms, isListed: forms.length === 0 }
    },
    isStray(folder, name) {
      const files = recent(folder)
      return files !== undefined && strayForms(name, files).length > 0
    },
    wrote(folder, name, form) {
      const beside = known.get(folder)?.beside
      // Any text that is not empty serves as the version, which is not needed here.
      beside?.set(nameOf(name), { ...beside.get(nameOf(name)), [form]: 'written' })
    },
    moved(name, from, to, forms) {
      const target = known.get(to)
      // The photo may share its stem with a photo of the target.
      if (target && (forms.length > 0 || !isEmpty(target))) known.delete(to)
      removed(from, name)
    },
    forget: (folder) => void known.delete(folder),
  }
}

function formsOf(beside: XmpBeside): XmpForm[] {
  return xmpForms.filter((form) => beside[form] !== undefined && !(form === 'stem' && beside.isStemShared))
}

function isEmpty({ beside, stray }: Files): boolean {
  if (stray.size > 0) return false
  for (const { stem, full } of beside.values()) if (stem !== undefined || full !== undefined) return false
  return true
}
