/** Accounts of an emulated server, with their uploads and posts. */
import type { Flavour, InstanceLimits } from './flavours.ts'
import type { SignIns } from './sign-in-state.ts'

export interface MastodonAccount {
  /** Name without the `@`. */
  username: string
  displayName?: string
  /** Access token. */
  token: string
  /** Scopes of the token. Default: all that publishing, checking and correcting need. */
  scopes?: string
  /** Defaults of the account for values that a request leaves out. Default: `public`, not sensitive, `en`. */
  defaults?: { visibility?: string; sensitive?: boolean; language?: string }
}

/** An account that the server knows. */
export interface KnownAccount extends MastodonAccount {
  id: string
}

export interface MastodonMedia {
  id: string
  /** ID of the account. */
  owner: string
  bytes: Uint8Array<ArrayBuffer>
  filename: string
  mediaType: string
  width: number
  height: number
  /** Alt text. */
  description: string | null
  /** `GET /api/v1/media/:id` answers 206 this many times more. */
  pollsLeft: number
  /** ID of its post. */
  statusId: string | null
}

/** Texts of a post, which an edit replaces. */
export interface PostTexts {
  text: string
  spoilerText: string
  sensitive: boolean
  language: string | null
  media: readonly MastodonMedia[]
}

export interface MastodonPost extends PostTexts {
  id: string
  account: KnownAccount
  visibility: string
  /** Milliseconds since 1970. */
  at: number
  /** Versions before each edit, oldest first. */
  edits: PostTexts[]
  /** Milliseconds since 1970; `undefined` while the post is out. */
  deletedAt: number | undefined
  /** True when the request asked to delete the pictures at once. */
  deletedMedia: boolean
}

export interface MastodonState {
  readonly flavour: Flavour
  readonly limits: InstanceLimits
  readonly title: string
  /** Address of the server, for links. */
  url: string
  readonly accounts: KnownAccount[]
  readonly media: Map<string, MastodonMedia>
  readonly posts: MastodonPost[]
  /** Used keys: the post, or `null` where no post came of the key. Keyed by account and key. */
  readonly keys: Map<string, { post: MastodonPost | null; at: number }>
  /** Polls that each upload needs. */
  readonly processingPolls: number
  readonly now: () => number
  readonly signIns: SignIns
  nextId(): string
}

/** Creates IDs as the servers do: decimal numbers beyond the safe integers, each larger than the ID before. */
export function idSequence(): () => string {
  let newest = 114_000_000_000_000_000n
  return () => {
    newest += 4097n
    return String(newest)
  }
}

/** Returns a post of the account that is out; `undefined` if it is gone or belongs to another account. */
export function findPost({ posts }: MastodonState, { id: owner }: KnownAccount, id: string) {
  return posts.find((post) => post.id === id && post.account.id === owner && post.deletedAt === undefined)
}

export function describeAccount(
  { url }: MastodonState,
  { id, username, displayName, defaults }: KnownAccount,
) {
  const source = { privacy: defaults?.visibility ?? 'public', sensitive: defaults?.sensitive ?? false }
  return {
    id,
    username,
    acct: username,
    display_name: displayName ?? username,
    url: `${url}/@${username}`,
    source: { ...source, language: defaults?.language ?? null },
  }
}

export function describeMedia({ url }: MastodonState, media: MastodonMedia, isReady = true) {
  const { id, description, width, height } = media
  const address = `${url}${pictureAddress(media)}`
  return {
    id,
    type: 'image',
    url: isReady ? address : null,
    preview_url: address,
    description,
    blurhash: null,
    meta: { original: { width, height, size: `${width}x${height}`, aspect: width / height } },
  }
}

/** Path of a picture on the emulator. */
export function pictureAddress({ id }: MastodonMedia): string {
  return `/pictures/${id}`
}

export function describePost(state: MastodonState, post: MastodonPost) {
  const { id, account, at, visibility, sensitive, spoilerText, language, text, media, edits } = post
  const link = `${state.url}/@${account.username}/${id}`
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return {
    id,
    uri: `${state.url}/users/${account.username}/statuses/${id}`,
    url: link,
    created_at: new Date(at).toISOString(),
    edited_at: edits.length > 0 ? new Date(at).toISOString() : null,
    visibility,
    sensitive,
    spoiler_text: spoilerText,
    language,
    content: text === '' ? '' : `<p>${escaped.replaceAll('\n', '<br>')}</p>`,
    in_reply_to_id: null,
    reblog: null,
    account: describeAccount(state, account),
    media_attachments: media.map((attached) => describeMedia(state, attached)),
  }
}
