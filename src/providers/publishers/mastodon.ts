/** Publishes to an account on Mastodon, Pixelfed, GoToSocial, Pleroma or Akkoma, which speak the same API (docs.joinmastodon.org). */
import type { Fetch } from '../../base/endpoint-guard.ts'
import type { RetryPolicy } from '../../base/retry.ts'
import type { Rating } from '../../contract/rating.ts'
import { effectsOf } from '../../contract/rating-map.ts'
import { type CredentialSource, withCredentials } from '../../ports/credentials.ts'
import type { Attempt, CaptionRules, PossibleChanges, Posted, Publisher } from '../../ports/publisher.ts'
import type { MastodonCredentials, MastodonServer } from './mastodon/api.ts'
import { deletePost, editPost } from './mastodon/changes.ts'
import { outcomeUnknown, refused, unavailable } from './mastodon/errors.ts'
import { type InstanceCache, instanceFor, rulesOf, unknownInstance } from './mastodon/instance.ts'
import { altTextFor, publishPost } from './mastodon/publish-post.ts'
import { flagsOf, type MastodonSettings, ratingsOf, roomOf, settingsSchema } from './mastodon/settings.ts'
import { findPosted, postedAs } from './mastodon/statuses.ts'
import { verifyAccount } from './mastodon/verify.ts'
import { describe } from './mastodon/wording.ts'

export interface MastodonPublisherOptions {
  /** `config` of the tenant's entry: `visibility`, `content_warning`, `language`, `rating_map`. */
  config: unknown
  credentials: CredentialSource<MastodonCredentials>
  /** Calls the server. Rejects with `endpoint_refused` if the server is not public, because the tenant names it. */
  fetch: Fetch
  /** Limits of instances, shared by the publishers of a process. */
  instances: InstanceCache
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Retries. Default: four, after at most 10 s each, 45 s in all. */
  retry?: RetryPolicy
}

const patience: RetryPolicy = {
  attempts: 5,
  baseMs: 500,
  capMs: 10_000,
  attemptTimeoutMs: 25_000,
  deadlineMs: 45_000,
}

/** Rules of Mastodon's own defaults. Each instance may have others. */
const captionRules: CaptionRules = {
  maxLength: unknownInstance.maxCharacters,
  unit: 'grapheme',
  urlLength: unknownInstance.charactersPerUrl,
  maxHashtags: 30,
  plain: false,
  style: 'For Mastodon: up to three sentences of plain text, friendly and personal, no markup.',
}

/** Larger than the 8.3 megapixels to which servers reduce pictures in no case; `maxBytes` is the limit of old servers. */
const pictureBox = { width: 2560, height: 2560, maxBytes: 8_000_000 }

const changes: PossibleChanges = {
  retract: { possible: true, remark: 'Copies on other servers may remain.' },
  correct: { possible: true, remark: 'Viewers can see earlier versions of the text.' },
}

const defaults = settingsSchema.parse({})

const wrongSettings =
  'its settings in this site\'s configuration are unusable. Correct "visibility", "content_warning" and "language".'

/** Creates the publisher of a tenant. Sends nothing before the first use. */
export function createMastodonPublisher(options: MastodonPublisherOptions): Publisher {
  const { config, credentials, fetch, instances, now = Date.now, retry = patience } = options
  const parsed = settingsSchema.safeParse(config)
  const ratings = ratingsOf(config)

  const withServer = <T>(use: (server: MastodonServer) => Promise<T>) =>
    withCredentials(credentials, (known) => use({ credentials: known, fetch, now, retry }))

  async function targetOn(server: MastodonServer, settings: MastodonSettings, signal?: AbortSignal) {
    return { settings, ratings, instance: await instanceFor(instances, server, signal) }
  }

  /** Returns the settings. Throws `publish_refused` if they are unusable. */
  function usableSettings(): MastodonSettings {
    if (!parsed.success) throw refused(wrongSettings)
    return parsed.data
  }

  return {
    platform: 'mastodon',
    captionRules,
    pictureBox,
    async ownRules(rating) {
      try {
        const server = { credentials: await credentials.get(), fetch, now, retry }
        return besideWarning(rulesOf(captionRules, await instanceFor(instances, server)), rating)
      } catch {
        // Credentials that cannot be resolved fail with their reason when they are used.
        return besideWarning(captionRules, rating)
      }
    },
    effectOf: effectsOf('Mastodon', ratings),
    async publish(post, attempt) {
      const settings = usableSettings()
      if (attempt.signal.aborted) throw unavailable(new Error('stopped before the photo was sent'))
      return withServer(async (server) =>
        publishPost(server, await targetOn(server, settings, attempt.signal), post, attempt),
      )
    },
    async confirm({ notes }: Attempt, signal): Promise<Posted | null> {
      try {
        const found = await withServer((server) => findPosted(server, notes, signal))
        return found && postedAs(found)
      } catch (error) {
        throw outcomeUnknown(error)
      }
    },
    changesOf: () => changes,
    retract: (receipt, signal) => withServer((server) => deletePost(server, receipt, signal)),
    async correct(receipt, { caption, altText, rating }, signal) {
      const settings = usableSettings()
      const flags = flagsOf(settings, ratings, rating)
      return withServer(async (server) => {
        const { instance } = await targetOn(server, settings, signal)
        const edit = {
          text: caption,
          altText: altTextFor(altText, instance),
          language: settings.language,
          ...flags,
        }
        return editPost(server, receipt, edit, signal)
      })
    },
    describe: (post) =>
      parsed.success
        ? describe(parsed.data, ratings, post)
        : `Mastodon would refuse the photo: ${wrongSettings}`,
    verify: (signal) =>
      withServer(async (server) => {
        const { instance } = await targetOn(server, usableSettings(), signal)
        return verifyAccount(server, instance, signal)
      }),
  }

  /** Leaves room for the content warning, which servers count together with the caption. */
  function besideWarning(rules: CaptionRules, rating: Rating = 'general'): CaptionRules {
    const { spoiler_text } = flagsOf(parsed.data ?? defaults, ratings, rating)
    return { ...rules, maxLength: Math.max(1, rules.maxLength - roomOf(spoiler_text, rules)) }
  }
}
