/** Which words go with a photo: what the person has just written, else what the sidecar holds. */
import { isPublisherError } from '../../base/errors.ts'
import type { Platform } from '../../contract/platform.ts'
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { Post, Publisher } from '../../ports/publisher.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { fitCaption } from '../captions/fit.ts'
import {
  formatSidecar,
  parseSidecar,
  type SidecarDocument,
  savedCaptionFor,
  tagsOf,
  textOf,
  withOwner,
  withSubmittedCaptions,
} from '../sidecar.ts'

/** What a person sent along with the photo. */
export interface SubmittedCaptions {
  /** For all platforms that {@link captions} does not name. */
  caption?: string
  captions?: Readonly<Partial<Record<Platform, string>>>
}

/** The caption for one platform, within its rules. */
export function captionFor(
  { platform, captionRules }: Publisher,
  document: SidecarDocument,
  { caption, captions }: SubmittedCaptions,
  hashtagString: string,
): string {
  const text = captions?.[platform] ?? caption ?? savedCaptionFor(document, platform)
  return fitCaption(text, captionRules, hashtagString)
}

/** What platforms may want to know beside the caption. */
export function postDetailsOf(document: SidecarDocument): Pick<Post, 'altText' | 'tags'> {
  return { altText: textOf(document, 'alt_text'), tags: tagsOf(document) }
}

const maxTries = 3

const notSaved =
  'Your captions were sent but not saved: the text file beside this photo is too large (64 KB, 500 lines), would become so, or mixes encodings.'

/** Warning about a photo whose own words cannot be read. */
export const captionsUnreadable =
  'The words of this photo were not used: the text file beside it has more than 64 KB or 500 lines, or mixes encodings.'

/**
 * Keeps what the person wrote before anything is sent, so that a failure does not lose it. Gives a warning for people where the
 * sidecar cannot take it, `null` where all is well: publishing goes on either way.
 */
export async function saveSubmitted(
  store: PhotoStore,
  folder: Folder,
  name: PhotoName,
  { caption, captions = {} }: SubmittedCaptions,
  at: Date,
): Promise<string | null> {
  if (caption === undefined && Object.keys(captions).length === 0) return null
  for (let tries = 1; ; tries++) {
    const sidecar = await store.readSidecar(folder, name)
    if (sidecar === 'unreadable') return notSaved
    const before = sidecar?.text ?? ''
    const document = withSubmittedCaptions(parseSidecar(before), { caption, captions }, at)
    if (formatSidecar(document) === before) return null
    try {
      const after = formatSidecar(withOwner(document, name))
      await store.writeSidecar(folder, name, after, sidecar?.revision ?? null)
      return null
    } catch (error) {
      if (isPublisherError(error, 'sidecar_unreadable')) return notSaved
      if (tries === maxTries || !isPublisherError(error, 'sidecar_changed')) throw error
    }
  }
}
