/** Publishes to a Bluesky account with an app password or a session of OAuth (atproto.com, "HTTP API (XRPC)"; docs.bsky.app, "Creating a post"). */
import { z } from 'zod'
import { isPublisherError, type PublisherError } from '../../base/errors.ts'
import { effectsOf, ratingMaps } from '../../contract/rating-map.ts'
import { type CredentialSource, withCredentials } from '../../ports/credentials.ts'
import type {
  CaptionRules,
  PossibleChanges,
  Post,
  Posted,
  Publisher,
  RatingEffect,
  RunningAttempt,
} from '../../ports/publisher.ts'
import { createDelivery } from './bluesky/delivery.ts'
import { giveUp, outcomeUnknown, refused, retractUnknown, unavailable } from './bluesky/errors.ts'
import type { BlueskyAccount, Session } from './bluesky/login.ts'
import { parseAtUri } from './bluesky/record.ts'
import { isRecordKey, newRecordKey } from './bluesky/record-key.ts'
import { askSession, deletePost, findPost } from './bluesky/records.ts'
import type { BlueskyService } from './bluesky/service.ts'

export interface BlueskyPublisherOptions {
  service: BlueskyService
  /** The tenant, which separates its sessions from those of other tenants. */
  owner: string
  /** `config` of the tenant's entry: `langs`, `rating_map`. */
  config: unknown
  credentials: CredentialSource<BlueskyAccount>
}

/** Time limit of a post, with its login. Shorter than publishing waits for a platform. */
const postMs = 80_000

/** Limits of a post's text (lexicon `app.bsky.feed.post`). */
const captionRules: CaptionRules = {
  maxLength: 300,
  maxBytes: 3000,
  unit: 'grapheme',
  maxHashtags: 10,
  plain: false,
  words: 42,
  style: 'For Bluesky: one or two sentences of plain text.',
}

/** Picture that servers of every version accept: the limit was 1,000,000 bytes before 2026. Bluesky's apps show at most 2000 pixels. */
const pictureBox = { width: 2000, height: 2000, maxBytes: 1_000_000 }

/** Limit of an image (lexicon `app.bsky.embed.images`). */
const maxPictureBytes = 2_000_000

const settingsSchema = z.object({ langs: z.array(z.string().max(35)).catch([]) })
const maxLangs = 3

const changes: PossibleChanges = {
  retract: {
    possible: true,
    remark: 'Bluesky deletes the post with its likes and replies. Other servers may keep copies.',
  },
  correct: {
    possible: false,
    reason:
      'Bluesky cannot change a post. Take it back and publish it again: its likes and replies are lost then.',
  },
}

/** Creates the publisher of one tenant. Sends nothing before the first use. */
export function createBlueskyPublisher({
  service,
  owner,
  config,
  credentials,
}: BlueskyPublisherOptions): Publisher {
  const { sessions, now } = service
  const effectOf = effectsOf('Bluesky', ratingMaps.bluesky.of(config))
  const langs = (settingsSchema.safeParse(config).data?.langs ?? []).slice(0, maxLangs)

  const withSession = <T>(signal: AbortSignal, call: (session: Session) => Promise<T>): Promise<T> =>
    withCredentials(credentials, (account) => sessions.use(owner, account, signal, call))

  async function publish(post: Post, attempt: RunningAttempt): Promise<Posted> {
    const { refusal, label } = effectOf(post.rating)
    if (refusal !== undefined) throw refused(refusal)
    if (post.picture.bytes.length > maxPictureBytes) throw refused('the picture is larger than 2 MB.')
    if (attempt.signal.aborted) throw unavailable(new Error('stopped before the photo was sent'))
    const signal = limited(attempt.signal)
    const recordKey = await recordKeyOf(attempt, now())
    const createdAt = new Date(now()).toISOString()
    const delivery = createDelivery({ ...service, post, recordKey, label, langs, createdAt, signal })
    try {
      return await withSession(signal, delivery.run)
    } catch (error) {
      throw delivery.failureOf(error)
    }
  }

  return {
    platform: 'bluesky',
    captionRules,
    pictureBox,
    effectOf,
    changesOf: () => changes,
    plan: () => ({ rkey: newRecordKey(now()) }),
    publish,
    async confirm({ notes: { rkey } }, signal) {
      if (!isRecordKey(rkey)) throw outcomeUnknown(new Error('the claim has no record key'))
      return asking(signal, outcomeUnknown, (session, overall) => findPost(service, session, rkey, overall))
    },
    async retract({ postId }, signal) {
      const post = parseAtUri(postId)
      if (!post) throw refused('the record of the post is damaged. Delete the post in Bluesky.')
      await asking(signal, retractUnknown, async (session, overall) => {
        if (session.did !== post.did) {
          throw refused('another account published the post. Sign in to that account and delete it there.')
        }
        await deletePost(service, session, post.recordKey, overall)
      })
    },
    describe: ({ caption, rating }) => describePost(caption, effectOf(rating)),
    verify: (signal) =>
      asking(signal, unavailable, async (session, overall) => {
        const { handle, url, access } = session
        if (access.prover) await askSession(service, session, overall)
        const proof = access.prover ? 'sign-in' : 'app password'
        return `Bluesky accepts the ${proof} of ${handle}. Its posts are on ${new URL(url).host}.`
      }),
  }

  /** Calls the account's server. `unsettled` makes the error for a call without a clear answer. */
  async function asking<T>(
    caller: AbortSignal,
    unsettled: (cause: unknown) => PublisherError,
    call: (session: Session, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signal = limited(caller)
    try {
      return await withSession(signal, (session) => call(session, signal))
    } catch (error) {
      const known = giveUp(error)
      const isClear = isPublisherError(known) && (known === error || known.code === 'rate_limited')
      throw isClear ? known : unsettled(error)
    }
  }
}

/** Returns the key that the claim holds. Otherwise adds a key to the claim before the first request. */
async function recordKeyOf({ notes, note }: RunningAttempt, now: number): Promise<string> {
  if (isRecordKey(notes.rkey)) return notes.rkey
  const rkey = newRecordKey(now)
  await note({ rkey })
  return rkey
}

function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(postMs)])
}

function describePost(caption: string, { refusal, label }: RatingEffect): string {
  if (refusal !== undefined) return `Bluesky would not get the photo: ${refusal}`
  const words = caption === '' ? 'without text' : `with the text “${caption}”`
  const labelled = label === undefined ? 'without a content label' : `labelled “${label}”`
  return `Bluesky would post the photo ${words}, ${labelled}.`
}
