/** Captions for publishing: a person's submitted text, otherwise the text of the sidecar, otherwise the photographer's. */
import { isPublisherError } from '../../base/errors.ts'
import type { Rating } from '../../contract/rating.ts'
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { ChannelPublisher, Post } from '../../ports/publisher.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { fitCaption } from '../captions/fit.ts'
import { captionRulesOf } from '../captions/own-rules.ts'
import { altTextIn, captionInFor, type PhotoTexts } from '../photographer/texts.ts'
import { withRating } from '../rating.ts'
import { formatSidecar, parseSidecar, tagsOf, withOwner, withSubmittedCaptions } from '../sidecar.ts'

/** Captions that a person submitted with the photo. */
export interface SubmittedCaptions {
  /** Text for all channels that {@link captions} does not name. */
  caption?: string
  /** Texts by channel. A text for a platform is also for its channels without a text of their own. */
  captions?: Readonly<Record<string, string>>
}

/** Returns the caption for one channel, within its rules. */
export async function captionFor(
  publisher: ChannelPublisher,
  texts: PhotoTexts,
  { caption, captions = {} }: SubmittedCaptions,
  { hashtagString, rating }: { hashtagString: string; rating: Rating },
): Promise<string> {
  const { name, platform } = publisher.channel
  const submitted = new Map(Object.entries(captions))
  const text =
    submitted.get(name) ?? submitted.get(platform) ?? caption ?? captionInFor(texts, publisher.channel)
  return fitCaption(text, await captionRulesOf(publisher, rating), hashtagString)
}

/** Returns the details that platforms may use beside the caption. */
export function postDetailsOf(texts: PhotoTexts): Pick<Post, 'altText' | 'tags'> {
  return { altText: altTextIn(texts), tags: texts.document ? tagsOf(texts.document) : [] }
}

const maxTries = 3

const notSaved =
  'Your captions were sent but not saved: the text file beside this photo is or would become too large (64 KB, 500 lines), or mixes encodings.'

/** Warning about a photo whose saved captions cannot be read. */
export const captionsUnreadable =
  'The saved captions of this photo were not used: the text file beside it exceeds 64 KB or 500 lines, or mixes encodings.'

/**
 * Saves the submitted captions and rating before anything is sent, so that a failure does not lose them. Returns a warning for
 * people if the sidecar cannot hold them, otherwise `null`. Publishing continues either way.
 */
export async function saveSubmitted(
  store: PhotoStore,
  folder: Folder,
  name: PhotoName,
  { caption, captions = {}, rating }: SubmittedCaptions & { rating?: Rating },
  at: Date,
): Promise<string | null> {
  if (caption === undefined && Object.keys(captions).length === 0 && !rating) return null
  for (let tries = 1; ; tries++) {
    const sidecar = await store.readSidecar(folder, name)
    if (sidecar === 'unreadable') return notSaved
    const before = sidecar?.text ?? ''
    const captioned = withSubmittedCaptions(parseSidecar(before), { caption, captions }, at)
    const document = rating ? withRating(captioned, rating) : captioned
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
