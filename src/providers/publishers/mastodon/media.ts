/** Uploads a picture (docs.joinmastodon.org, "media"). An upload stays hidden until a post has it, so it may be repeated. */
import { z } from 'zod'
import { pause } from '../../../base/time.ts'
import type { Post } from '../../../ports/publisher.ts'
import { type Answer, ask, type MastodonServer } from './api.ts'
import { refused, scopeMissing, unavailable } from './errors.ts'

/** IDs are strings, because they exceed JavaScript's safe integers. Some servers send numbers. */
export const idSchema = z.union([z.string().min(1).max(100), z.number().int().transform(String)])
const mediaSchema = z.object({ id: idSchema })

/** First pause between two questions about an upload that is still processed. Doubles each time. */
const firstPauseMs = 250
const longestPauseMs = 4000

/** Uploads the picture and waits until the server has processed it. Returns its ID. Throws the errors of `Publisher.publish`. */
export async function uploadPicture(
  server: MastodonServer,
  { picture }: Post,
  altText: string | null,
  signal: AbortSignal,
): Promise<string> {
  const form = new FormData()
  const file = new Blob([new Uint8Array(picture.bytes)], { type: picture.mediaType })
  // Servers treat a part without a file name as a text field.
  form.append('file', file, 'photo.jpg')
  if (altText !== null) form.append('description', altText)
  const upload = (version: 'v1' | 'v2') =>
    ask(server, { method: 'POST', path: `/api/${version}/media`, form }, signal)
  const newer = await upload('v2')
  const answer = newer.status === 404 || newer.status === 405 ? await upload('v1') : newer
  const { data: media } = mediaSchema.safeParse(answer.body)
  if (answer.status >= 400) throw refusalOf(answer)
  if (!media) throw unavailable(new Error('the answer to an upload names no ID'))
  if (answer.status !== 200) await waitUntilProcessed(server, media.id, signal)
  return media.id
}

function refusalOf({ status, reason }: Answer) {
  if (status === 403) return scopeMissing('write:media')
  if (status === 404) return refused('the server has no Mastodon API. Check "instance_url".')
  if (status === 413) return refused('its file is too large for the server.')
  return refused(reason)
}

/** Polls until 200. 206 means that the server still processes the upload. A server without this call has no such state. */
async function waitUntilProcessed(server: MastodonServer, id: string, signal: AbortSignal): Promise<void> {
  const path = `/api/v1/media/${encodeURIComponent(id)}`
  for (let wait = firstPauseMs; ; wait = Math.min(2 * wait, longestPauseMs)) {
    const answer = await ask(server, { path }, signal)
    if (answer.status === 200 || answer.status === 404 || answer.status === 405) return
    if (answer.status >= 400) throw refusalOf(answer)
    await pause(Math.min(wait, server.retry.capMs), signal).catch((error: unknown) => {
      throw unavailable(error)
    })
  }
}
