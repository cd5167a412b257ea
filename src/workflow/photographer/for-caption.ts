/** The photographer's words for publishing, where they may be the caption. */
import type { PhotographerMetadata } from '../../base/metadata/photographer.ts'
import type { Folder } from '../../ports/photo.ts'
import type { PhotoEntry } from '../../ports/storage.ts'
import { noNotes, type PhotographerNotes } from '../photographer.ts'
import { captionOf, type SidecarDocument } from '../sidecar.ts'

/** A photo with its sidecar, and the request to publish it. */
export interface CaptionNeed {
  document: SidecarDocument
  request: { caption?: string; captions?: Readonly<Record<string, string>>; dryRun: boolean }
}

/**
 * Returns the photographer's words. Reads the beginning of the original if nothing else can be the caption and nobody has looked inside
 * the photo yet, but not for a preview. Never throws.
 */
export async function wordsForCaption(
  {
    photographer = noNotes,
    onTrouble,
  }: { photographer?: PhotographerNotes; onTrouble(error: unknown): void },
  { folder, entry }: { folder: Folder; entry: PhotoEntry },
  { document, request: { caption, captions = {}, dryRun } }: CaptionNeed,
): Promise<PhotographerMetadata | null> {
  const hasCaption = caption !== undefined || Object.keys(captions).length > 0 || captionOf(document) !== null
  if (!hasCaption && !dryRun && !(await photographer.isKnown(entry)))
    await photographer.learn(folder, entry).catch(onTrouble)
  return photographer.of(folder, entry)
}
