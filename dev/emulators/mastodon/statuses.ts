/** Posts: create, list, edit, delete (Mastodon API, "statuses" and "accounts"). */
import { z } from 'zod'
import { invalid, notFound, Refusal } from './answers.ts'
import {
  describePost,
  findPost,
  type KnownAccount,
  type MastodonMedia,
  type MastodonPost,
  type MastodonState,
  type PostTexts,
} from './posts.ts'
import { postLength } from './text-length.ts'

const keyLifeMs = 3_600_000
const maxPostsKept = 500
const maxListed = 40

/** Body of a new post or an edit. Absent values stay absent: they fall back differently. */
export const statusBody = z.object({
  status: z.string().optional(),
  media_ids: z.array(z.string()).optional(),
  media_attributes: z
    .array(z.object({ id: z.string(), description: z.string().nullable().optional() }))
    .optional(),
  sensitive: z.union([z.boolean(), z.stringbool()]).optional(),
  spoiler_text: z.string().optional(),
  visibility: z.string().optional(),
  language: z.string().nullable().optional(),
})

export type StatusBody = z.output<typeof statusBody>

/** Creates a post, or answers a used key as the flavour does. */
export function createStatus(
  state: MastodonState,
  account: KnownAccount,
  body: StatusBody,
  key: string | null,
): MastodonPost {
  const { flavour, keys, now } = state
  const owned = `${account.id} ${key}`
  const used = key === null ? undefined : keys.get(owned)
  if (used && flavour.usedKey !== 'ignores' && now() - used.at < keyLifeMs) {
    if (flavour.usedKey === 'refuses') throw new Refusal(400, 'Duplicate idempotency key.')
    if (used.post) return used.post
  }
  // Pixelfed stores the key before it makes the post, so that a refused post blocks its key.
  if (key !== null) keys.set(owned, { post: null, at: now() })
  const post = checkedPost(state, account, body)
  for (const media of post.media) media.statusId = post.id
  if (key !== null) keys.set(owned, { post, at: now() })
  state.posts.push(post)
  dropOldest(state)
  return post
}

/** Drops the oldest post beyond the limit, with its pictures. */
function dropOldest({ posts, media }: MastodonState): void {
  const dropped = posts.length > maxPostsKept ? posts.shift() : undefined
  for (const { id } of dropped?.media ?? []) media.delete(id)
}

function checkedPost(state: MastodonState, account: KnownAccount, body: StatusBody): MastodonPost {
  const { flavour } = state
  const { defaults } = account
  const visibility = body.visibility ?? defaults?.visibility ?? 'public'
  if (!flavour.visibilities.includes(visibility)) throw invalid('Visibility is not included in the list')
  const media = freeMedia(state, account, body.media_ids ?? [], null)
  const spoilerText = body.spoiler_text ?? ''
  const texts: PostTexts = {
    text: body.status ?? '',
    spoilerText,
    sensitive: (body.sensitive ?? defaults?.sensitive ?? false) || spoilerText !== '',
    language: body.language ?? defaults?.language ?? 'en',
    media,
  }
  checkTexts(state, texts)
  const id = state.nextId()
  return {
    id,
    account,
    visibility,
    ...texts,
    at: state.now(),
    edits: [],
    deletedAt: undefined,
    deletedMedia: false,
  }
}

function checkTexts({ flavour, limits }: MastodonState, { text, spoilerText, media }: PostTexts): void {
  if (media.length === 0 && flavour.needsMedia) throw new Refusal(422, 'The media ids field is required.')
  if (media.length === 0 && text.trim() === '') throw invalid("Text can't be blank")
  if ([...spoilerText].length > flavour.maxSpoiler) {
    throw new Refusal(422, `The spoiler text must not be greater than ${flavour.maxSpoiler} characters.`)
  }
  if (postLength(text, spoilerText, flavour, limits) > limits.maxCharacters) {
    throw invalid(`Text character limit of ${limits.maxCharacters} exceeded`)
  }
}

/** Returns uploads that this post may have: own, processed, and not part of another post. */
function freeMedia(
  state: MastodonState,
  account: KnownAccount,
  ids: readonly string[],
  statusId: string | null,
): MastodonMedia[] {
  if (ids.length > state.limits.maxMedia)
    throw new Refusal(422, `Cannot attach more than ${state.limits.maxMedia} files`)
  return ids.map((id) => {
    const media = state.media.get(id)
    const isFree = media?.owner === account.id && (media.statusId === null || media.statusId === statusId)
    if (!media || !isFree) throw new Refusal(422, `Media with the ID ${id} was not found`)
    if (media.pollsLeft > 0) {
      throw new Refusal(422, 'Cannot attach files that have not finished processing. Try again in a moment!')
    }
    return media
  })
}

/** Replaces texts and pictures. Absent values count as empty: that is the trap of this call. */
export function editStatus(
  state: MastodonState,
  account: KnownAccount,
  id: string,
  body: StatusBody,
): MastodonPost {
  const post = findPost(state, account, id)
  if (!post) throw notFound()
  if (post.edits.length >= state.flavour.maxEdits) {
    throw new Refusal(400, `You cannot edit your post more than ${state.flavour.maxEdits} times.`)
  }
  const media = freeMedia(state, account, body.media_ids ?? [], id)
  const spoilerText = body.spoiler_text ?? ''
  const texts: PostTexts = {
    text: body.status ?? '',
    spoilerText,
    sensitive: (body.sensitive ?? false) || spoilerText !== '',
    language: body.language ?? post.language,
    media: media.map((attached) => withDescription(attached, body, state)),
  }
  checkTexts(state, texts)
  const before = textsOf(post)
  if (JSON.stringify(comparable(before)) !== JSON.stringify(comparable(texts))) post.edits.push(before)
  for (const attached of texts.media) state.media.set(attached.id, attached)
  Object.assign(post, texts)
  return post
}

function withDescription(media: MastodonMedia, body: StatusBody, { flavour, limits }: MastodonState) {
  const change = body.media_attributes?.find(({ id }) => id === media.id)
  if (change?.description === undefined || flavour.describesPosted) return media
  if ([...(change.description ?? '')].length > limits.description) throw invalid('Description is too long')
  return { ...media, description: change.description }
}

function textsOf({ text, spoilerText, sensitive, language, media }: MastodonPost): PostTexts {
  return { text, spoilerText, sensitive, language, media }
}

function comparable({ media, ...texts }: PostTexts) {
  return { ...texts, media: media.map(({ id, description }) => [id, description]) }
}

/** Deletes a post. */
export function deleteStatus(state: MastodonState, account: KnownAccount, id: string, deletesMedia: boolean) {
  const post = findPost(state, account, id)
  if (!post) throw notFound()
  post.deletedAt = state.now()
  post.deletedMedia = deletesMedia
  return { ...describePost(state, post), text: post.text }
}

/** Lists the account's posts, newest first. */
export function listStatuses(state: MastodonState, account: KnownAccount, query: URLSearchParams) {
  const limit = Math.min(Number(query.get('limit') ?? 20), maxListed)
  const before = query.get('max_id')
  return state.posts
    .filter((post) => post.account.id === account.id && post.deletedAt === undefined)
    .filter(({ id }) => before === null || BigInt(id) < BigInt(before))
    .toReversed()
    .slice(0, limit)
    .map((post) => describePost(state, post))
}
