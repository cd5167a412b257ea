/** Publishes a photo: an upload, a note about the upload in the claim, and a post with the upload. */

import { isPublisherError } from '../../../base/errors.ts'
import { fitText } from '../../../base/fit-text.ts'
import type { Post, Posted, RunningAttempt } from '../../../ports/publisher.ts'
import type { MastodonServer } from './api.ts'
import { refused, unavailable } from './errors.ts'
import type { Instance } from './instance.ts'
import { uploadPicture } from './media.ts'
import { sendStatus } from './send-status.ts'
import { flagsOf, type MastodonRatings, type MastodonSettings } from './settings.ts'
import { mediaIdsOf, postedAs, wordsOf } from './statuses.ts'

/** A tenant's entry and the limits of its instance. */
export interface Target {
  settings: MastodonSettings
  ratings: MastodonRatings
  instance: Instance
}

/** Publishes once. Throws the errors of `Publisher.publish`. */
export async function publishPost(
  server: MastodonServer,
  { settings, ratings, instance }: Target,
  post: Post,
  attempt: RunningAttempt,
): Promise<Posted> {
  const { signal } = attempt
  if (post.picture.bytes.length > instance.imageBytes) {
    throw refused(`the server takes pictures of at most ${instance.imageBytes} bytes.`)
  }
  const flags = flagsOf(settings, ratings, post.rating)
  const media = await uploadPicture(server, post, altTextFor(post.altText, instance), signal)
  const notes = { media, at: new Date(server.now()).toISOString(), words: await wordsOf(post.caption) }
  await noted(attempt, notes)
  const fields = {
    status: post.caption,
    media_ids: [media],
    visibility: settings.visibility,
    ...flags,
    ...(settings.language !== undefined && { language: settings.language }),
  }
  const posted = postedAs(await sendStatus(server, fields, notes, attempt))
  return {
    ...posted,
    // Some servers give the picture of a post another ID, or none.
    notes: { ...posted.notes, media: mediaIdsOf(posted.notes ?? {}).join(' ') || media },
  }
}

/** Returns the alt text within the limit of the instance. Servers count code points, or graphemes, which are never more. */
export function altTextFor(altText: string | null, { maxDescription }: Instance): string | null {
  return altText === null ? null : fitText(altText, maxDescription, 'codePoint')
}

/** Keeps the notes in the claim. Without them a lost post could not be found, so nothing is sent. */
async function noted(attempt: RunningAttempt, notes: Readonly<Record<string, string>>): Promise<void> {
  try {
    await attempt.note(notes)
  } catch (error) {
    throw isPublisherError(error) ? error : unavailable(error)
  }
}
