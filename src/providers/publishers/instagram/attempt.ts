/** Steps around a post: offers the picture, keeps the notes, and explains a used-up quota. */
import { PublisherError } from '../../../base/errors.ts'
import type { Post, Posted, RunningAttempt } from '../../../ports/publisher.ts'
import type { OfferedPicture, OfferPicture } from '../../../ports/publisher-driver.ts'
import type { Caller } from './calls.ts'
import type { LoginProduct } from './changes.ts'
import { means } from './failures.ts'
import { type Progress, postPhoto } from './posting.ts'
import { quotaOf, quotaReached } from './quota.ts'
import { fittedAltText } from './words.ts'

export interface Work {
  post: Post
  offered: OfferedPicture
  attempt: RunningAttempt
  progress: Progress
  product: LoginProduct
  pausesMs: readonly number[]
}

/** Posts the photo. Throws as `postPhoto` does, and `rate_limited` with the quota. */
export async function postOffered(caller: Caller, work: Work): Promise<Posted> {
  const { post, offered, attempt, progress, product, pausesMs } = work
  const content = {
    imageUrl: offered.url,
    caption: post.caption,
    altText: fittedAltText(post.altText),
  }
  const { signal, note } = attempt
  try {
    const posted = await postPhoto(content, { caller, progress, note: keeping(note), pausesMs, signal })
    return { ...posted, notes: { ...posted.notes, login: product } }
  } catch (failure) {
    if (!means(failure, 'quota')) throw failure
    throw quotaReached(await quotaOf(caller, signal).catch(() => null), caller.now(), failure)
  }
}

/** Offers the picture. Throws `storage_unavailable` if the storage does not keep it. */
export async function offerFor(offerPicture: OfferPicture, { picture }: Post): Promise<OfferedPicture> {
  try {
    return await offerPicture(picture)
  } catch (cause) {
    const message =
      'Instagram fetches the photo from this site, and the storage did not keep a copy for it. Nothing was posted. Check if the storage is full or read-only, then publish again.'
    throw new PublisherError('storage_unavailable', message, { cause })
  }
}

/** Lets a failure to keep notes end the attempt before anything is public. */
function keeping(note: RunningAttempt['note']): RunningAttempt['note'] {
  return async (more) => {
    try {
      await note(more)
    } catch (cause) {
      const message =
        'The storage did not keep a note about the photo. Nothing was posted on Instagram; try again.'
      throw new PublisherError('storage_unavailable', message, { cause })
    }
  }
}
