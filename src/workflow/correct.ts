/** Corrects the texts of the posts of one photo, in place. */

import type { ChannelPublisher } from '../ports/publisher.ts'
import type { SaveAltText } from './alt-text-file.ts'
import { type Changed, type ChangeSteps, changePosts } from './change/everywhere.ts'
import type { ChangeReport, ChangeRequest, ChangeTools } from './change/job.ts'
import { editCaptions } from './edit-captions.ts'
import type { Duplicate, Ledger } from './ledger.ts'
import type { PhotoTexts } from './photographer/texts.ts'
import { noNotes, type PhotographerNotes } from './photographer.ts'
import { captionFor, postDetailsOf, type SubmittedCaptions } from './publish/captions.ts'
import { ratingOf } from './rating.ts'
import type { SidecarDocument } from './sidecar.ts'

export interface CorrectTools extends ChangeTools {
  /** `content.hashtag_string`. */
  hashtagString: string
  /** What the photographer wrote. Default: nothing. */
  photographer?: Pick<PhotographerNotes, 'of'>
  /** Saves an edited alt text for other programs. Default: only the sidecar has the alt text. */
  saveAltText?: SaveAltText | undefined
}

export interface CorrectRequest extends ChangeRequest, SubmittedCaptions {
  /** Blank removes the alt text. Default: the saved alt text. */
  altText?: string
}

/**
 * Saves the submitted texts in the sidecar, and then corrects the posts where the platform allows it. Captions are fitted as for
 * publishing. Throws as `changePosts` does, and `sidecar_unreadable` or `sidecar_changed` if the texts cannot be saved: before anything
 * is changed on a platform.
 */
export function correctPhoto(
  tools: CorrectTools,
  request: CorrectRequest,
  report: ChangeReport,
): Promise<Changed> {
  return changePosts(tools, 'correct', request, {
    report,
    async prepare({ folder, entry }, ledger) {
      const { name, caption, captions = {}, altText } = request
      const document = await editCaptions({ ...tools, folder }, name, { caption, captions, altText })
      const { photographer = noNotes } = tools
      const words = altText === undefined ? await photographer.of(folder, entry) : null
      return stepsOf(tools, request, { document, words }, ledger)
    },
  })
}

function stepsOf(
  { hashtagString }: CorrectTools,
  request: CorrectRequest,
  texts: PhotoTexts & { document: SidecarDocument },
  ledger: Ledger,
): ChangeSteps {
  const { document } = texts
  const ratingSent = ({ receipt }: Duplicate) => ratingOf(document, receipt.rating ?? undefined)
  const captionOf = async (publisher: ChannelPublisher, post: Duplicate) => {
    const rating = ratingSent(post)
    const caption = await captionFor(publisher, { document, words: null }, request, { hashtagString, rating })
    // A photo that has lost its sidecar keeps the caption of its post.
    return caption === '' && !isSubmitted(request) ? (post.caption ?? '') : caption
  }
  return {
    async carryOut(publisher, post, signal) {
      const { receipt } = post
      const caption = await captionOf(publisher, post)
      const correction = { ...postDetailsOf(texts), caption, rating: ratingSent(post) }
      const notes = await publisher.correct?.(receipt, correction, signal)
      return (change) => ledger.corrected(change, { caption, notes })
    },
    async isAsWanted(publisher, post) {
      return request.altText === undefined && (await captionOf(publisher, post)) === post.caption
    },
  }
}

function isSubmitted({ caption, captions = {} }: SubmittedCaptions): boolean {
  return caption !== undefined || Object.keys(captions).length > 0
}
