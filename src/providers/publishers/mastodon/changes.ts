/** Takes posts back and corrects them (docs.joinmastodon.org, "statuses": "Edit a status", "Delete a status"). */
import type { PublisherError } from '../../../base/errors.ts'
import { withRetry } from '../../../base/retry.ts'
import type { Notes, Receipt } from '../../../ports/publisher.ts'
import { type Answer, ask, type Call, type MastodonServer, once, withoutAnswer } from './api.ts'
import { changeRefused, changeUnknown, NoAnswer, scopeMissing } from './errors.ts'
import type { Flags } from './settings.ts'
import { mediaIdsOf, postedAs, statusOf } from './statuses.ts'

const isGone = ({ status }: Answer) => status === 404 || status === 410

const gone = 'the post no longer exists. Take it back here, then publish the photo again.'
const cannotEdit =
  'this server cannot change posts. Take the post back and publish it again; its boosts and replies are lost.'

/** Deletes the post with its pictures. A post that is gone is a success. */
export async function deletePost(
  server: MastodonServer,
  { postId }: Receipt,
  signal: AbortSignal,
): Promise<void> {
  const path = `${pathOf(postId)}?delete_media=true`
  const answer = await change(server, { method: 'DELETE', path }, signal)
  if (answer.status >= 400 && !isGone(answer)) throw refusalOf(answer)
}

/** New texts of a post. */
export interface Edit extends Flags {
  text: string
  altText: string | null
  language: string | undefined
}

/**
 * Replaces the texts of the post. The call replaces everything, so it names all pictures and flags; otherwise a server would detach the
 * pictures and drop the warning. Returns the notes of the changed post.
 */
export async function editPost(
  server: MastodonServer,
  receipt: Receipt,
  { text, altText, language, ...flags }: Edit,
  signal: AbortSignal,
): Promise<Notes | undefined> {
  const media = await mediaOf(server, receipt, signal)
  const json = {
    status: text,
    media_ids: media,
    media_attributes: media.map((id) => ({ id, description: altText })),
    ...flags,
    ...(language !== undefined && { language }),
  }
  const path = pathOf(receipt.postId)
  const answer = await change(server, { method: 'PUT', path, json }, signal)
  if (isGone(answer) || answer.status === 405) {
    throw changeRefused((await exists(server, receipt, signal)) ? cannotEdit : gone)
  }
  if (answer.status >= 400) throw refusalOf(answer)
  const status = statusOf(answer)
  for (const { id, description } of status?.media_attachments ?? []) {
    // Pixelfed changes alt texts by another call. A short answer does not tell.
    if (description !== undefined && (description ?? '') !== (altText ?? ''))
      await describePicture(server, id, altText, signal)
  }
  return status ? postedAs(status).notes : undefined
}

async function describePicture(
  server: MastodonServer,
  id: string,
  altText: string | null,
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/v1/media/${encodeURIComponent(id)}`
  const call = { method: 'PUT', path, json: { description: altText ?? '' } } as const
  const { status } = await change(server, call, signal)
  if (status >= 400)
    throw changeRefused('the caption is changed, but this server cannot change the alt text.')
}

/** Returns the IDs of the post's pictures: from the receipt, otherwise from the server. */
async function mediaOf(server: MastodonServer, receipt: Receipt, signal: AbortSignal): Promise<string[]> {
  const noted = mediaIdsOf(receipt.notes)
  if (noted.length > 0) return noted
  const answer = await ask(server, { path: pathOf(receipt.postId) }, signal)
  if (isGone(answer)) throw changeRefused(gone)
  if (answer.status === 403) throw scopeMissing('read:statuses')
  const status = answer.status < 300 ? statusOf(answer) : null
  if (!status) throw changeRefused(answer.reason)
  const media = status.media_attachments?.map(({ id }) => id) ?? []
  // An edit without pictures would remove them.
  if (media.length === 0) throw changeRefused('the server does not name the picture of the post.')
  return media
}

async function exists(server: MastodonServer, { postId }: Receipt, signal: AbortSignal): Promise<boolean> {
  const answer = await ask(server, { path: pathOf(postId) }, signal)
  return answer.status === 200
}

/** Makes a change, which may be repeated. A lost answer is an unknown outcome. */
async function change(server: MastodonServer, call: Call, signal: AbortSignal): Promise<Answer> {
  try {
    return await withRetry((attempt) => once(server, call, attempt), server.retry, signal)
  } catch (error) {
    throw error instanceof NoAnswer ? changeUnknown(error) : withoutAnswer(error)
  }
}

function refusalOf({ status, reason }: Answer): PublisherError {
  return status === 403 ? scopeMissing('write:statuses') : changeRefused(reason)
}

function pathOf(postId: string): string {
  return `/api/v1/statuses/${encodeURIComponent(postId)}`
}
