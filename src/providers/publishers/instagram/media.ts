/** Posts of the account: finds a post whose answer got lost, and asks for links. */
import { z } from 'zod'
import { toHex } from '../../../base/hex.ts'
import { askGraph, type Caller } from './calls.ts'

export interface Media {
  id: string
  permalink?: string | undefined
}

/** Facts by which a lost post is recognised. They stay in the claim. */
export interface Traces {
  /** Start of the attempt. */
  since: Date
  /** Digest of the caption: {@link captionDigest}. */
  caption: string
}

const permalink = z
  .url({ protocol: /^https?$/ })
  .optional()
  .catch(undefined)
const mediaSchema = z.object({
  id: z.string().min(1).max(100),
  caption: z.string().optional().catch(undefined),
  timestamp: z.string().optional().catch(undefined),
  permalink,
})
const listSchema = z.object({ data: z.array(mediaSchema) })
const linkSchema = z.object({ permalink })

/** Number of posts to look through. More than one process posts within the time of an attempt. */
const listed = 25
/** Tolerated difference of two clocks. */
const clockMs = 120_000

/** `unclear`: there are posts of the time, but none with the caption. */
export type Search =
  | { kind: 'found'; media: Media }
  | { kind: 'none' }
  | { kind: 'unclear'; newest: Media | null }

/** Looks for a post with this caption since this time. Throws `GraphFailure`. */
export async function findMedia(
  caller: Caller,
  { since, caption }: Traces,
  signal: AbortSignal,
): Promise<Search> {
  const query = { fields: 'id,caption,timestamp,permalink', limit: String(listed) }
  const path = [caller.userId, 'media']
  const { data } = await askGraph(caller, { method: 'GET', path, query, schema: listSchema }, signal)
  const posts = data.slice(0, listed)
  const isRecent = ({ timestamp = '' }: z.output<typeof mediaSchema>) =>
    Date.parse(timestamp) >= since.getTime() - clockMs
  const recent = posts.filter(isRecent)
  for (const media of recent) {
    if ((await captionDigest(media.caption ?? '')) === caption) return { kind: 'found', media }
  }
  if (recent.length === 0) return { kind: 'none' }
  return { kind: 'unclear', newest: recent.length === 1 ? (recent[0] ?? null) : null }
}

/** Returns a digest of the caption without spaces at its ends, which Instagram removes. */
export async function captionDigest(caption: string): Promise<string> {
  const text = new TextEncoder().encode(caption.normalize('NFC').replace(/\s+/g, ' ').trim())
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  return toHex(digest.subarray(0, 12))
}

/** Asks for the public link of a post. Throws `GraphFailure`. */
export async function permalinkOf(
  caller: Caller,
  mediaId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const query = { fields: 'permalink' }
  const call = { method: 'GET', path: [mediaId], query, schema: linkSchema } as const
  return (await askGraph(caller, call, signal)).permalink
}
