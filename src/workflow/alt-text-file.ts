/** Writes alt texts into the XMP files beside photos, where photo programs read them (`content.write_xmp`). */
import { isPublisherError } from '../base/errors.ts'
import { withAltText } from '../base/metadata/xmp-alt-text.ts'
import { haveSameBytes } from '../base/same-bytes.ts'
import type { Folder, PhotoName, XmpForm } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore, XmpBeside } from '../ports/storage.ts'
import { clean } from './analysis/clean.ts'
import { noNotes, type PhotographerNotes } from './photographer.ts'

export interface NewAltText {
  /** Text by the AI, or by a person in the web app. */
  altText: string
  /** Earlier such text, which may be in the file. `null`: none. */
  previous: string | null
}

/** Saves an alt text in the photo's XMP file. Never rejects. */
export type SaveAltText = (folder: Folder, name: PhotoName, text: NewAltText) => Promise<void>

export interface AltTextFileTools {
  /** Store for people who look: its listings come from memory. */
  store: Pick<PhotoStore, 'list' | 'readXmp' | 'writeXmp'>
  /** Words of the photographer, also inside the photo. Default: none. */
  photographer?: Pick<PhotographerNotes, 'of' | 'isKnown' | 'learn'>
  onTrouble(error: unknown): void
}

/** Attempts before another program's file stays as it is. Each attempt reads the file again. */
const maxTries = 2

/**
 * Creates the function that saves alt texts. Changes nothing else in a file. Changes nothing at all if the photographer wrote another alt
 * text, in the file or inside the photo.
 */
export function createAltTextFile(tools: AltTextFileTools): SaveAltText {
  return async (folder, name, text) => {
    try {
      await save(tools, folder, name, text)
    } catch (error) {
      tools.onTrouble(error)
    }
  }
}

async function save(tools: AltTextFileTools, folder: Folder, name: PhotoName, text: NewAltText) {
  const { photos, xmp } = await tools.store.list(folder)
  const entry = photos.find((photo) => photo.name === name)
  if (!entry || !xmp || (await hasOtherAltText(tools, folder, entry, text))) return
  const form = formFor(xmp.get(name))
  for (let tries = 1; ; tries++) {
    try {
      return await edit(tools, folder, name, form, text)
    } catch (error) {
      if (tries === maxTries || !isPublisherError(error, 'sidecar_changed')) throw error
    }
  }
}

async function edit(
  { store }: AltTextFileTools,
  folder: Folder,
  name: PhotoName,
  form: XmpForm,
  { altText, previous }: NewAltText,
): Promise<void> {
  const file = await store.readXmp(folder, name, form)
  if (file === 'too_large') return
  const edited = withAltText(file?.bytes ?? null, altText, previous)
  if (!edited || (file && haveSameBytes(edited, file.bytes))) return
  await store.writeXmp(folder, name, form, edited, file?.revision ?? null)
}

/** Returns the file to write to: `x.xmp`, unless only `x.jpg.xmp` exists, or `x.xmp` may be about another file. */
function formFor(beside: XmpBeside | undefined): XmpForm {
  if (beside?.isStemShared) return 'full'
  return beside?.stem === undefined && beside?.full !== undefined ? 'full' : 'stem'
}

/** Checks if the photographer wrote an alt text that this program did not. Looks inside the photo if its words are not known yet. */
async function hasOtherAltText(
  { photographer = noNotes }: AltTextFileTools,
  folder: Folder,
  entry: PhotoEntry,
  { altText, previous }: NewAltText,
): Promise<boolean> {
  if (!(await photographer.isKnown(entry))) await photographer.learn(folder, entry)
  const said = (await photographer.of(folder, entry))?.altText ?? null
  return said !== null && ![altText, previous].includes(clean(said))
}
