/** Changes of posts: the API deletes posts only with Facebook Login, and changes no texts. */
import { z } from 'zod'
import type { PossibleChanges, Receipt } from '../../../ports/publisher.ts'
import { askGraph, type Caller } from './calls.ts'
import { means } from './failures.ts'

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

/** Deletes a post (since December 2025, with `instagram_manage_contents`). A post that is gone is a success. Throws `GraphFailure`. */
export async function deletePost(caller: Caller, postId: string, signal: AbortSignal): Promise<void> {
  try {
    await askGraph(caller, { method: 'DELETE', path: [postId], schema }, signal)
  } catch (failure) {
    if (!means(failure, 'missing')) throw failure
  }
}
