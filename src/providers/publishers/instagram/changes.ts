/** Changes of posts: the API deletes posts only with Facebook Login, and changes no texts. */
import { z } from 'zod'
import { PublisherError } from '../../../base/errors.ts'
import type { PossibleChanges, Receipt } from '../../../ports/publisher.ts'
import { askGraph, type Caller } from './calls.ts'
import { refused, tokenRejected, unavailable } from './errors.ts'
import { GraphFailure, means } from './failures.ts'

/** Product that issued the account's token. Only Facebook Login may delete posts. */
export type LoginProduct = 'instagram' | 'facebook'

/** Returns the product of a server. */
export function productOf(baseUrl: string): LoginProduct {
  return URL.parse(baseUrl)?.hostname === 'graph.facebook.com' ? 'facebook' : 'instagram'
}

/** Returns the possible changes, with the steps in the app for all others. */
export function changesOf({ url, notes }: Receipt, product: LoginProduct): PossibleChanges {
  const open = url === undefined ? 'Open the post in the Instagram app' : `Open ${url} in the Instagram app`
  const correct = {
    possible: false,
    reason: `Instagram changes no posts for other programs. ${open}, tap ⋯, then Edit.`,
  } as const
  if (product === 'facebook' && notes.media !== 'unknown') {
    return { retract: { possible: true, remark: 'Deleting on Instagram cannot be undone.' }, correct }
  }
  const reason = `Instagram lets only you delete this post. ${open}, tap ⋯, then Delete.`
  return { retract: { possible: false, reason }, correct }
}

const schema = z.object({ success: z.literal(true) })

/**
 * Deletes a post (since December 2025, with the permission `instagram_manage_contents`). A post that is gone is a success. Throws
 * {@link PublisherError}.
 */
export async function deletePost(caller: Caller, postId: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw unavailable(new Error('stopped before the request'))
  try {
    await askGraph(caller, { method: 'DELETE', path: [postId], schema }, signal)
  } catch (failure) {
    if (!means(failure, 'missing')) throw deletionError(failure)
  }
}

function deletionError(failure: unknown): PublisherError {
  if (means(failure, 'token')) return tokenRejected(failure)
  if (means(failure, 'permission')) {
    const message =
      'The connection may not delete posts. Reconnect Instagram and allow all permissions, or delete the post in the app.'
    return refused(message, failure)
  }
  if (failure instanceof GraphFailure && failure.reason && !means(failure, 'trouble')) {
    return refused(
      `Instagram did not delete the post: ${failure.reason.words} Delete it in the app.`,
      failure,
    )
  }
  const message =
    "We don't know if Instagram deleted the post, because the answer was lost. Try again; deleting twice does no harm."
  return new PublisherError('publish_outcome_unknown', message, { cause: failure, isOutage: true })
}
