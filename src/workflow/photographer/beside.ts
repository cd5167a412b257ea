/** Words in the XMP files beside a photo, as far as a listing tells of such files. */
import { joinedMetadata } from '../../base/metadata/merge.ts'
import { readXmp } from '../../base/metadata/xmp.ts'
import { extensionOf, type Folder, type PhotoName, type XmpForm, xmpName } from '../../ports/photo.ts'
import type { PhotoEntry, PhotoStore, XmpBeside } from '../../ports/storage.ts'
import { xmpForms } from '../../ports/xmp-file.ts'
import type { Words } from './words.ts'

export interface BesideTools {
  /** Store for people who look: its listings come from memory. */
  store: Pick<PhotoStore, 'list' | 'readXmp'>
  /** Remembers what was read, by file and version. `null`: the file says nothing. */
  memory: WordsMemory
  onTrouble(error: unknown): void
}

/** Memory for words. May forget them at any time. */
export interface WordsMemory {
  get(key: string): Remembered | undefined
  set(key: string, found: Remembered): void
}

export interface Remembered {
  words: Words | null
  /** Extension of the file that an XMP file says it belongs to, in lower case. `null`: not told. */
  owner: string | null
}

/** Returns the words of the photo's XMP files, the most telling file first. Reads each version of a file once. Never throws. */
export async function wordsBeside(tools: BesideTools, folder: Folder, entry: PhotoEntry): Promise<Words[]> {
  const { store, onTrouble } = tools
  try {
    const beside = (await store.list(folder)).xmp?.get(entry.name)
    if (!beside) return []
    const found = await Promise.all(xmpForms.map((form) => fileOf(tools, folder, entry.name, beside, form)))
    return found.flatMap((words) => words ?? [])
  } catch (error) {
    onTrouble(error)
    return []
  }
}

async function fileOf(
  { store, memory }: BesideTools,
  folder: Folder,
  name: PhotoName,
  beside: XmpBeside,
  form: XmpForm,
): Promise<Words | null> {
  const version = beside[form]
  if (version === undefined) return null
  const key = JSON.stringify(['xmp', folder, xmpName(name, form), version])
  const known = memory.get(key) ?? remembered(await store.readXmp(folder, name, form))
  memory.set(key, known)
  const isOthers = form === 'stem' && beside.isStemShared && known.owner !== null
  return isOthers && known.owner !== extensionOf(name).toLowerCase() ? null : known.words
}

/** Answer for a file that is no readable XMP. It is not read again. */
const nothing: Remembered = { words: null, owner: null }

function remembered(file: Awaited<ReturnType<PhotoStore['readXmp']>>): Remembered {
  if (file === null || file === 'too_large') return nothing
  const xmp = readXmp(file.bytes)
  const metadata = xmp && joinedMetadata([xmp])
  return {
    words: metadata && { metadata, modifiedAt: xmp.modifiedAt },
    owner: xmp?.ownerExtension?.toLowerCase() ?? null,
  }
}
