/** Tools of the workflow, created from the services of a process and one tenant, for requests and jobs. */
import type { Channel } from '../contract/channels.ts'
import type { LanguageModel } from '../ports/language-model.ts'
import type { ChangeOutcome, PublishOutcome } from '../ports/metrics.ts'
import type { PossibleChanges, Publisher, Receipt } from '../ports/publisher.ts'
import type { AiTools } from '../workflow/analysis/ai-client.ts'
import type { AnalysisTools } from '../workflow/analysis.ts'
import type { VariantTools } from '../workflow/caption-variants.ts'
import { captionRulesOf } from '../workflow/captions/own-rules.ts'
import type { ChangeResult } from '../workflow/change/result.ts'
import type { DigestTools } from '../workflow/content-digest.ts'
import type { CorrectTools } from '../workflow/correct.ts'
import type { DetailTools } from '../workflow/photo-details.ts'
import { type Publication, publicationsOf } from '../workflow/publications.ts'
import type { PlatformResult } from '../workflow/publish/result.ts'
import type { PublishTools } from '../workflow/publish.ts'
import type { ReadyPictures } from '../workflow/ready-pictures.ts'
import { altTextFile } from './alt-text-file.ts'
import { creditTools } from './copy-tools.ts'
import { loweringLog } from './lowered-ratings.ts'
import type { Services } from './services.ts'
import { describeError } from './telemetry/log.ts'
import { createDigestMemory } from './tenancy/digest-memory.ts'
import { withIndexedDigests } from './tenancy/indexed-digests.ts'
import { createReadyPictures } from './tenancy/ready-pictures.ts'
import type { TenantRuntime } from './tenancy/tenant-runtime.ts'

/** Request or job that causes the work. */
export interface WorkContext {
  requestId: string
  /** Keeps work alive after the response. */
  waitUntil(work: Promise<unknown>): void
}

/** Creates the tools for digests. The photo index keeps new digests, unless `context` is `null`, for work that writes nothing. */
export function digestTools(
  services: Services,
  runtime: TenantRuntime,
  context: Pick<WorkContext, 'waitUntil'> | null,
): DigestTools {
  const { index, care } = runtime.previews()
  return {
    store: runtime.storage(),
    digest: services.digest,
    digests: withIndexedDigests(
      createDigestMemory(services.sealedDigests, runtime, services.log),
      () => index,
      () => context && care(context.waitUntil),
    ),
  }
}

function readyTools({ readyPictures }: Services, runtime: TenantRuntime): { ready?: ReadyPictures } {
  return readyPictures ? { ready: createReadyPictures(readyPictures, runtime) } : {}
}

/** Creates the tools for looking at a photo. They answer from memory where they can, and never read an original. */
export function detailTools(
  services: Services,
  runtime: TenantRuntime,
  context: Pick<WorkContext, 'waitUntil'>,
): DetailTools {
  const { index, photographer } = runtime.previews()
  const { captionfile, content } = runtime.config
  return {
    store: runtime.viewing(context.waitUntil),
    digests: digestTools(services, runtime, context).digests,
    index,
    photographer,
    credit: { alias: captionfile.artist_alias, keepsCredit: content.keep_credit },
    defaultRating: content.default_rating,
    channels: enabledChannels(runtime),
  }
}

/** Returns the channels that the tenant enabled, even if this server cannot use them. */
export function enabledChannels(runtime: TenantRuntime): readonly Channel[] {
  const { available, unavailable } = runtime.publishers()
  return [...available.map(({ channel }) => channel), ...unavailable]
}

/** Returns the changes that a channel allows for a post. A channel that is switched off allows none. */
export function changesOfPost(
  { now }: Pick<Services, 'now'>,
  runtime: TenantRuntime,
  { name }: Channel,
  receipt: Receipt,
): PossibleChanges {
  const publisher = runtime.publishers().available.find(({ channel }) => channel.name === name)
  if (publisher) return publisher.changesOf(receipt, new Date(now()))
  const off = { possible: false, reason: 'This channel is not set up here any more.' } as const
  return { retract: off, correct: off }
}

/** Returns the publications of the photo with this digest, from memory or from the ledger. Never rejects. */
export function viewPublications(
  services: Services,
  runtime: TenantRuntime,
  sha256: string,
  { requestId }: Pick<WorkContext, 'requestId'>,
): Promise<readonly Publication[]> {
  return runtime.publicationMemory.of(sha256, async () => {
    let isComplete = true
    const tools = {
      store: runtime.storage(),
      now: services.now,
      channels: enabledChannels(runtime),
      changesOf: (channel: Channel, receipt: Receipt) => changesOfPost(services, runtime, channel, receipt),
      onTrouble(error: unknown) {
        isComplete = false
        services.log.warn('outcomes of a photo cannot be read', {
          tenant: runtime.tenant,
          request_id: requestId,
          error: describeError(error),
        })
      },
    }
    const publications = await publicationsOf(tools, sha256)
    return { publications, isComplete }
  })
}

/** Returns the first channel of each platform: the AI writes one caption for all channels of a platform. */
function onePerPlatform<P extends Pick<Publisher, 'platform'>>(publishers: readonly P[]): P[] {
  return publishers.filter(
    ({ platform }, index) => publishers.findIndex((other) => other.platform === platform) === index,
  )
}

/** Creates the AI of one tenant's request, with the tokens reported as usage. */
function aiTools(
  services: Services,
  runtime: TenantRuntime,
  model: LanguageModel,
  { requestId, waitUntil }: WorkContext,
): AiTools {
  return {
    model,
    slots: runtime.aiSlots,
    onTokens: (tokens) => waitUntil(reportTokens(services, runtime, tokens, requestId)),
  }
}

/** Creates the tools for variants of captions. `model`: `null` without an AI. */
export function variantTools(
  services: Services,
  runtime: TenantRuntime,
  model: LanguageModel | null,
  context: WorkContext,
): VariantTools {
  const { ai, content, features } = runtime.config
  return {
    store: runtime.storage(),
    ai: model && aiTools(services, runtime, model, context),
    settings: { ...ai, ...content, ...features },
    channels: enabledChannels(runtime),
    photographer: runtime.previews().photographer,
    async rulesOf(name) {
      const publisher = runtime.publishers().available.find(({ channel }) => channel.name === name)
      return publisher && captionRulesOf(publisher, content.default_rating)
    },
  }
}

export function analysisTools(
  services: Services,
  runtime: TenantRuntime,
  model: LanguageModel,
  context: WorkContext,
): AnalysisTools {
  const { requestId } = context
  const { log, now } = services
  const { tenant } = runtime
  return {
    ...aiTools(services, runtime, model, context),
    ...digestTools(services, runtime, context),
    ...readyTools(services, runtime),
    images: services.images,
    photographer: runtime.previews().photographer,
    platforms: onePerPlatform(runtime.publishers().available),
    channels: runtime.publishers().available,
    saveAltText: altTextFile(services, runtime, context),
    watermark: runtime.watermark,
    settings: runtime.config,
    owner: tenant,
    now,
    onTrouble: (error) =>
      log.info('analysis continues after an error', {
        tenant,
        request_id: requestId,
        error: describeError(error),
      }),
  }
}

export function publishTools(
  services: Services,
  runtime: TenantRuntime,
  context: Omit<WorkContext, 'waitUntil'> & { waitUntil: WorkContext['waitUntil'] | null },
): PublishTools {
  const { requestId, waitUntil } = context
  const { content } = runtime.config
  const { available, unavailable } = runtime.publishers()
  return {
    ...digestTools(services, runtime, waitUntil && { waitUntil }),
    ...readyTools(services, runtime),
    images: services.images,
    photographer: runtime.previews().photographer,
    publishers: available,
    unavailable,
    defaultPlatforms: content.default_platforms,
    hashtagString: content.hashtag_string,
    defaultRating: content.default_rating,
    onRatingLowered: loweringLog(services, runtime, requestId),
    archives: content.archive,
    creditOf: creditTools(services, runtime, context),
    watermark: runtime.watermark,
    owner: runtime.tenant,
    slots: runtime.postSlots(),
    now: services.now,
    onResult: ({ platform }, result) => services.metrics.published(platform, publishOutcome(result)),
    onTrouble: (error) =>
      services.log.warn('publishing continues after an error', {
        tenant: runtime.tenant,
        request_id: requestId,
        error: describeError(error),
      }),
  }
}

/** Creates the tools for taking posts back and for correcting them. */
export function changeTools(services: Services, runtime: TenantRuntime, context: WorkContext): CorrectTools {
  const { log, metrics, now } = services
  const { available, unavailable } = runtime.publishers()
  return {
    ...digestTools(services, runtime, context),
    photographer: runtime.previews().photographer,
    publishers: available,
    unavailable,
    hashtagString: runtime.config.content.hashtag_string,
    saveAltText: altTextFile(services, runtime, context),
    slots: runtime.postSlots(),
    now,
    onResult: ({ platform }, kind, result) => metrics.changed(platform, kind, changeOutcome(result)),
    onTrouble: (error) =>
      log.warn('changing a post continues after an error', {
        tenant: runtime.tenant,
        request_id: context.requestId,
        error: describeError(error),
      }),
  }
}

/** Returns the metric label of a change. */
function changeOutcome({ success, skipped, code }: ChangeResult): ChangeOutcome {
  if (skipped) return 'skipped'
  if (success) return 'done'
  return code === 'publish_outcome_unknown' ? 'unknown' : 'failed'
}

/** Returns the metric label of a result. */
function publishOutcome({ success, skipped, code }: PlatformResult): PublishOutcome {
  if (skipped) return skipped === 'unknown' ? 'unknown_before' : skipped
  if (success) return 'sent'
  return code === 'publish_outcome_unknown' ? 'unknown' : 'failed'
}

/** Reports usage in the background. A failure is only logged, so billing never delays or fails a request. */
async function reportTokens(
  { source, log, now }: Services,
  { tenant }: TenantRuntime,
  tokens: number,
  requestId: string,
): Promise<void> {
  const idempotencyKey = crypto.randomUUID()
  const occurredAt = new Date(now())
  await source
    .reportUsage({ tenant, metric: 'ai_tokens', quantity: tokens, idempotencyKey, occurredAt }, requestId)
    .catch((error: unknown) =>
      log.warn('usage was not reported', { tenant, request_id: requestId, error: describeError(error) }),
    )
}
