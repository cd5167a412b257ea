/** Posts of an account, and the search for a post whose answer was lost (docs.joinmastodon.org, "statuses" and "accounts"). */
import { z } from 'zod'
import { sha256Hex } from '../../../base/hex.ts'
import type { Notes, Posted } from '../../../ports/publisher.ts'
import { type Answer, ask, type MastodonServer } from './api.ts'
import { refused, scopeMissing } from './errors.ts'
import { idSchema } from './media.ts'

const statusSchema = z.object({
  id: idSchema,
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .catch(undefined),
  created_at: z.string().catch(''),
  account: z.object({ id: idSchema }).optional().catch(undefined),
  /** HTML. */
  content: z.string().optional().catch(undefined),
  media_attachments: z
    .array(z.object({ id: idSchema, description: z.string().nullish().catch(undefined) }))
    .optional()
    .catch(undefined),
})

export type Status = z.output<typeof statusSchema>

/** Returns the post of a successful answer; `null` for another body. */
export function statusOf({ body }: Pick<Answer, 'body'>): Status | null {
  return statusSchema.safeParse(body).data ?? null
}

/** Returns the result of a post, with the notes that a correction needs. A short answer names no pictures, and so replaces no note. */
export function postedAs({ id, url, account, media_attachments = [] }: Status): Posted {
  const media = media_attachments.map((attached) => attached.id).join(' ')
  return {
    postId: id,
    ...(url !== undefined && { url }),
    notes: { ...(media !== '' && { media }), ...(account && { account: account.id }) },
  }
}

/** Returns the IDs of the pictures, in their order. */
export function mediaIdsOf({ media = '' }: Notes): string[] {
  return media.split(' ').filter((id) => id !== '')
}

const accountSchema = z.object({ id: idSchema, acct: z.string().max(200).catch('') })
export type Account = z.output<typeof accountSchema>

/** Returns the token's account. */
export async function readAccount(server: MastodonServer, signal: AbortSignal): Promise<Account> {
  const answer = await ask(server, { path: '/api/v1/accounts/verify_credentials' }, signal)
  if (answer.status === 403) throw scopeMissing('read:accounts')
  const { data: account } = accountSchema.safeParse(answer.body)
  if (answer.status >= 400 || !account) throw refused(`its account cannot be read: ${answer.reason}`)
  return account
}

const listSchema = z.array(statusSchema)
/** Upper bound on the pages of 20 posts to search. */
const maxPages = 15
/** Largest assumed difference between the server's clock and ours. */
const clockSkewMs = 15 * 60_000

/**
 * Finds the post with the upload that an attempt has noted, newest first. On a server whose lists name no uploads, the words of the post
 * decide. Returns `null` if the account certainly has no such post. Throws if the server does not say.
 */
export async function findPosted(
  server: MastodonServer,
  { media, at = '', words = '' }: Notes,
  signal: AbortSignal,
): Promise<Status | null> {
  if (media === undefined) return null
  const { id: account } = await readAccount(server, signal)
  const oldest = Date.parse(at) - clockSkewMs
  let before: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const statuses = await listPosts(server, account, before, signal)
    for (const status of statuses) {
      if (status.media_attachments?.some(({ id }) => id === media)) return status
      // Every post of ours has a picture, so an empty list names none.
      const hasOtherPicture = status.media_attachments?.length
      if (hasOtherPicture || Date.parse(status.created_at) < oldest) continue
      if (status.content === undefined) throw refused('its list of posts does not tell their contents.')
      if ((await wordsOf(textOf(status.content))) === words) return status
    }
    const last = statuses.at(-1)
    // A server that ignores `max_id` answers the same page again.
    if (!last || last.id === before || Date.parse(last.created_at) < oldest) return null
    before = last.id
  }
  throw refused('too many posts were published since to find this post.')
}

/** Upper bound on the characters of a post to compare. */
const longestContent = 100_000

/** Returns a digest of the words of a text. Ignores white space and punctuation, which servers change. */
export function wordsOf(text: string): Promise<string> {
  return sha256Hex(text.normalize('NFC').replace(/[^\p{L}\p{N}]/gu, ''))
}

/** Returns the text of a post's HTML, without its markup and escaped characters. */
function textOf(html: string): string {
  return html.slice(0, longestContent).replace(/<[^<>]*>|&#?\w{1,10};/g, '')
}

async function listPosts(
  server: MastodonServer,
  account: string,
  before: string | undefined,
  signal: AbortSignal,
): Promise<Status[]> {
  const query = new URLSearchParams({ limit: '20', exclude_replies: 'true' })
  if (before !== undefined) query.set('max_id', before)
  const path = `/api/v1/accounts/${encodeURIComponent(account)}/statuses?${query}`
  const answer = await ask(server, { path }, signal)
  if (answer.status === 403) throw scopeMissing('read:statuses')
  const { data: statuses } = listSchema.safeParse(answer.body)
  if (answer.status >= 400 || !statuses) throw refused(`its posts cannot be listed: ${answer.reason}`)
  return statuses
}
