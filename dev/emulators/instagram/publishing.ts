/** Containers and publication with their real limits ("Content Publishing"). */
import { Refusal } from './answers.ts'
import { type FetchOptions, fetchPicture } from './fetch-picture.ts'
import {
  type Container,
  type InstagramAccount,
  type InstagramPost,
  type InstagramState,
  newId,
} from './state.ts'

const maxCaption = 2200
const maxMentions = 20
const maxHashtags = 5
const maxAltText = 1000
const dayMs = 86_400_000

/** Fetches the picture and creates a container. Throws {@link Refusal}. */
export async function createContainer(
  state: InstagramState,
  { userId }: InstagramAccount,
  fields: ReadonlyMap<string, string>,
  { at, polls, fetching }: { at: number; polls: number; fetching: FetchOptions },
): Promise<{ id: string }> {
  const unknown = [...fields.keys()].find((name) => !['image_url', 'caption', 'alt_text'].includes(name))
  if (unknown !== undefined) throw new Refusal('badParameter', unknown)
  const imageUrl = fields.get('image_url')
  if (!imageUrl) throw new Refusal('badParameter', 'image_url')
  const caption = fields.get('caption') ?? ''
  const altText = fields.get('alt_text') ?? null
  checkWords(caption, altText)
  const picture = await fetchPicture(imageUrl, fetching)
  const id = newId(state)
  state.containers.set(id, {
    id,
    userId,
    picture,
    caption,
    altText,
    createdAt: at,
    pollsLeft: polls,
    state: 'open',
  })
  return { id }
}

function checkWords(caption: string, altText: string | null): void {
  if (caption.length > maxCaption) throw new Refusal('captionTooLong')
  if ((caption.match(/(?<![\w@.])@[\w.]+/g) ?? []).length > maxMentions)
    throw new Refusal('tooManyTags', 'mentions')
  if ((caption.match(/#[\p{L}\p{N}_]+/gu) ?? []).length > maxHashtags)
    throw new Refusal('tooManyTags', 'hashtags')
  if (altText !== null && (altText === '' || altText.length > maxAltText))
    throw new Refusal('badParameter', 'alt_text')
}

/** Returns the container of the account. Throws {@link Refusal}. */
export function containerOf(state: InstagramState, { userId }: InstagramAccount, id: string): Container {
  const container = state.containers.get(id)
  if (container?.userId !== userId) throw new Refusal('missing')
  return container
}

/** Describes a container and counts the question. */
export function describeContainer(container: Container, at: number) {
  const { id } = container
  const code = statusOf(container, at)
  if (container.pollsLeft > 0) container.pollsLeft -= 1
  const status =
    code === 'ERROR' ? 'Error: Media upload has failed with error code 2207032' : `Finished: ${code}`
  return { id, status_code: code, status }
}

function statusOf({ state, pollsLeft, createdAt }: Container, at: number): string {
  if (state === 'published') return 'PUBLISHED'
  if (state === 'failed') return 'ERROR'
  if (at - createdAt >= dayMs) return 'EXPIRED'
  return pollsLeft > 0 ? 'IN_PROGRESS' : 'FINISHED'
}

/** Publishes a container. Throws {@link Refusal}. */
export function publish(
  state: InstagramState,
  account: InstagramAccount,
  fields: ReadonlyMap<string, string>,
  at: number,
): { id: string } {
  const { userId, username } = account
  const container = state.containers.get(fields.get('creation_id') ?? '')
  if (container?.userId !== userId) throw new Refusal('containerUnknown')
  const status = statusOf(container, at)
  if (status === 'EXPIRED') throw new Refusal('containerExpired')
  if (status !== 'FINISHED') throw new Refusal('notReady', status)
  const { used, total } = quotaOf(state, account, at)
  if (used >= total) throw new Refusal('quota')
  container.state = 'published'
  const id = newId(state)
  const { caption, altText, picture } = container
  const permalink = `https://www.instagram.com/p/${id}/`
  const post: InstagramPost = {
    id,
    userId,
    username,
    caption: caption.trim(),
    altText,
    picture,
    permalink,
    at,
  }
  state.posts.push(post)
  state.published.push({ userId, at })
  return { id }
}

/** Returns the use of the quota in the last 24 hours. */
export function quotaOf(
  { published }: InstagramState,
  { userId, quotaTotal: total = 100 }: InstagramAccount,
  at: number,
): { used: number; total: number } {
  const used = published.filter((post) => post.userId === userId && at - post.at < dayMs).length
  return { used, total }
}
