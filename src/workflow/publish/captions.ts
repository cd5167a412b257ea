/** Which words go with a photo: what the person has just written, else what the sidecar holds. */
import { isPublisherError } from '../../errors.ts'
import { fitCaption } from '../captions/fit.ts'
import type { Folder, PhotoName } from '../photo.ts'
import type { Platform } from '../platform.ts'
import type { Post, Publisher } from '../ports/publisher.ts'
import type { PhotoStore } from '../ports/storage.ts'
import {
  captionOf,
  formatSidecar,
  parseSidecar,
  platformCaptionsOf,
  type SidecarDocument,
  tagsOf,
  textOf,
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
  const text =
    captions?.[platform] ?? caption ?? platformCaptionsOf(document)[platform] ?? captionOf(document) ?? ''
  return fitCaption(text, captionRules, hashtagString)
}

/** What platforms may want to know beside the caption. */
export function postDetailsOf(document: SidecarDocument): Pick<Post, 'altText' | 'tags'> {
  return { altText: textOf(document, 'alt_text'), tags: tagsOf(document) }
}

const maxTries = 3

/** Keeps what the person wrote before anything is sent, so that a failure does not lose it. */
export async function saveSubmitted(
  store: PhotoStore,
  folder: Folder,
  name: PhotoName,
  { caption, captions = {} }: SubmittedCaptions,
  at: Date,
): Promise<void> {
  if (caption === undefined && Object.keys(captions).length === 0) return
  for (let tries = 1; ; tries++) {
    const sidecar = await store.readSidecar(folder, name)
    const before = sidecar?.text ?? ''
    const after = formatSidecar(withSubmittedCaptions(parseSidecar(before), { caption, captions }, at))
    if (after === before) return
    try {
      return await store.writeSidecar(folder, name, after, sidecar?.revision ?? null)
    } catch (error) {
      if (tries === maxTries || !isPublisherError(error, 'sidecar_changed')) throw error
    }
  }
}
