/**
 * Publishes one photo on all channels concurrently, on each at most once, and then archives it.
 *
 * docs/publishing.md numbers the steps, and describes the state after a crash at each of them.
 */
import { PublisherError } from '../base/errors.ts'
import { once } from '../base/once.ts'
import { type Channel, channelNamed } from '../contract/channels.ts'
import type { Rating } from '../contract/rating.ts'
import type { Watermark } from '../ports/images.ts'
import type { PhotoName } from '../ports/photo.ts'
import type { PostSlots } from '../ports/post-slots.ts'
import type { ChannelPublisher } from '../ports/publisher.ts'
import type { DigestTools } from './content-digest.ts'
import { type CreditOf, noCredit } from './credit.ts'
import { createLedger } from './ledger.ts'
import type { PictureTools } from './original.ts'
import { wordsForCaption } from './photographer/for-caption.ts'
import type { PhotographerNotes } from './photographer.ts'
import { archivePhoto } from './publish/archive.ts'
import {
  captionFor,
  captionsUnreadable,
  postDetailsOf,
  type SubmittedCaptions,
  saveSubmitted,
} from './publish/captions.ts'
import { type PublishJob, type PublishTiming, publishTiming } from './publish/job.ts'
import { locate } from './publish/locate.ts'
import { noPictures } from './publish/pictures.ts'
import { picturesFor, standingsOf } from './publish/plan.ts'
import { publishTo, rememberFailure } from './publish/platform.ts'
import { expectSpace, type PlatformResult } from './publish/result.ts'
import { isLowered, type LoweredRating, photoRating } from './rating.ts'
import { distinctBoxes, markedBox, type ReadyPictures } from './ready-pictures.ts'
import { parseSidecar } from './sidecar.ts'
import { readingSidecarsOnce } from './sidecar-memory.ts'

export interface PublishTools extends DigestTools, PictureTools {
  /** Channels that the tenant has enabled and this server can use. */
  publishers: readonly ChannelPublisher[]
  /** Channels that the tenant has enabled but this server cannot use. Each becomes a failure in the results. */
  unavailable: readonly Channel[]
  /** `content.default_platforms`: names of the channels that get a photo when a request names none. Default: all channels. */
  defaultPlatforms?: readonly string[]
  /** `content.hashtag_string`. */
  hashtagString: string
  /** `content.default_rating`. */
  defaultRating?: Rating
  /** Receives a rating that a request lowered. Must not throw. */
  onRatingLowered?(lowered: LoweredRating): void
  /** `content.archive`. */
  archives: boolean
  /** Words of the photographer. Default: nothing. */
  photographer?: PhotographerNotes
  /** Credit for the pictures. Default: {@link noCredit}. */
  creditOf?: CreditOf
  /** Pictures that an analysis made ahead. Default: none. */
  ready?: ReadyPictures
  /** Finds the watermark, before anything is sent. Default: none. */
  watermark?(): Promise<Watermark | null>
  slots: PostSlots
  now: () => number
  /** Default: {@link publishTiming}. */
  timing?: PublishTiming
  /** Receives the result of each channel. Previews do not report `unavailable` channels. Must not throw. */
  onResult?(channel: Channel, result: PlatformResult): void
  /** Receives the cause of a failure or a warning, for the log. */
  onTrouble(error: unknown): void
}

export interface PublishRequest extends SubmittedCaptions {
  name: PhotoName
  /** Names of channels, or the `id`s of their entries. Default: `defaultPlatforms` of the tools. */
  platforms?: readonly string[]
  /** A person's rating, saved before anything is sent. */
  rating?: Rating
  /** Reports what would be sent, and changes nothing. */
  dryRun: boolean
  /** Repeats an earlier attempt whose outcome is unknown. */
  force: boolean
  /** SHA-256 of the intended photo, in case another photo has the name by now. */
  sha256?: string
  /** Version of the intended photo in the root. Ignored beside `sha256`. */
  version?: string
  requestId: string
  /** Cancels the request before anything is sent or saved. Later it has no effect. */
  signal?: AbortSignal
}

/**
 * Reports the stages, in this order:
 * - `preparing`
 * - `sending`, then `sent`, `skipped` or `failed`, for each channel
 * - `archiving`
 */
export type PublishReport = (stage: string, details?: Readonly<Record<string, unknown>>) => void

export interface PublishResult {
  /** Name in the folder where the photo ended up. */
  name: PhotoName
  /** Results by the names of the channels. */
  results: Readonly<Record<string, PlatformResult>>
  /** True when any channel has the photo, from this or an earlier attempt. */
  anySuccess: boolean
  archived: boolean
  /** Problems outside publishing itself, as text for people. */
  warnings: string[]
}

/**
 * Publishes one photo. A failing channel does not stop the others, and every started send is completed. A photo that an earlier
 * attempt archived is found in the archive, so a repetition reaches the channels that failed. Other photos of the archive are
 * not found.
 *
 * Throws the errors of the store, and these, before anything is sent:
 * - `photo_not_found`
 * - `photo_changed` if only a different photo has the name
 * - `invalid_request` for channels that are not enabled, and after `signal` aborts
 * - `provider_unavailable` if this server can use none of the channels
 * - `storage_not_atomic` if neither the storage nor the control plane can keep the ledger
 * - `claims_unavailable` if only the control plane could, and does not answer
 * - `storage_full` if no channel got the photo because the storage has no space for a claim
 * - `watermark_unavailable` if the pictures cannot get the watermark of the tenant
 * - `busy` if too many posts of the tenant are in progress
 */
export async function publishPhoto(
  tools: PublishTools,
  request: PublishRequest,
  report: PublishReport,
): Promise<PublishResult> {
  const chosen = choose(tools, request.platforms ?? usualChannels(tools))
  // A preview has no picture and ends quickly, so it needs no slot.
  if (request.dryRun) return publishChosen(tools, chosen, request, report)
  const { signal } = request
  try {
    const platforms = chosen.publishers.map(({ platform }) => platform)
    return await tools.slots.run(platforms, () => publishChosen(tools, chosen, request, report), signal)
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw aborted()
    throw error
  }
}

async function publishChosen(
  given: PublishTools,
  { publishers, unavailable }: ReturnType<typeof choose>,
  request: PublishRequest,
  report: PublishReport,
): Promise<PublishResult> {
  const store = readingSidecarsOnce(given.store)
  const tools = { ...given, store }
  const { now } = tools
  if (!request.dryRun && !(await store.canCreateAtomically())) throw notAtomic()
  const ledger = createLedger(store, now)
  const watermark = (await tools.watermark?.()) ?? null
  const found = await locate(tools, ledger, {
    ...request,
    channels: [...given.publishers.map(({ channel }) => channel), ...given.unavailable],
    boxes: request.dryRun
      ? []
      : distinctBoxes(publishers.map(({ pictureBox }) => markedBox(pictureBox, watermark))),
    onFound: () => report('preparing'),
  })
  const { folder, entry, sha256 } = found
  const standing = standingsOf(ledger, sha256, publishers)
  const pictures = request.dryRun
    ? noPictures
    : picturesFor(tools, found, { publishers, standing, request, watermark })
  const sidecar = await store.readSidecar(folder, entry.name)
  const isUnreadable = sidecar === 'unreadable'
  const document = parseSidecar(sidecar === null || isUnreadable ? '' : sidecar.text)
  const texts = { document, words: await wordsForCaption(tools, found, { document, request }) }
  const warnings = isUnreadable ? [captionsUnreadable] : []
  const rated = photoRating(document, tools.defaultRating)
  const job: PublishJob = {
    ledger,
    standing,
    pictures,
    credit: once(() => (tools.creditOf ?? noCredit)(folder, entry)),
    slots: tools.slots,
    photo: { name: entry.name, sha256, ...postDetailsOf(texts), rating: request.rating ?? rated.rating },
    request,
    timing: tools.timing ?? publishTiming,
    now,
    report,
    onTrouble: tools.onTrouble,
  }
  if (request.signal?.aborted) throw aborted()
  if (!request.dryRun) {
    const warning = await saveSubmitted(store, folder, entry.name, request, new Date(now()))
    if (warning) warnings.push(warning)
    const { rating: to } = request
    if (to && isLowered(rated, to)) tools.onRatingLowered?.({ name: entry.name, from: rated, to })
  }
  const { hashtagString } = tools
  const published = publishers.map(async (publisher) => {
    const { channel } = publisher
    const caption = () => captionFor(publisher, texts, request, { hashtagString, rating: job.photo.rating })
    const result = await publishTo(publisher, caption, job)
    tools.onResult?.(channel, result)
    return [channel.name, result] as const
  })
  const missing = unavailable.map(async (channel) => {
    const result = await channelUnavailable(channel, job)
    // A preview fails for no channel.
    if (!request.dryRun) tools.onResult?.(channel, result)
    return [channel.name, result] as const
  })
  const results = Object.fromEntries(await Promise.all([...published, ...missing]))
  expectSpace(results)
  const anySuccess = Object.values(results).some(({ success }) => success)
  const mayArchive = anySuccess && tools.archives && !request.dryRun
  if (!mayArchive) return { name: entry.name, results, anySuccess, archived: folder === 'archive', warnings }
  if (folder === 'root') report('archiving')
  const archived = await archivePhoto(tools, folder, entry.name)
  return { results, anySuccess, ...archived, warnings: [...warnings, ...archived.warnings] }
}

/** Returns the names of the default channels that are still enabled. Returns `undefined` where the tenant chose none. */
function usualChannels({ publishers, unavailable, defaultPlatforms = [] }: PublishTools) {
  if (defaultPlatforms.length === 0) return undefined
  const all = [...publishers.map(({ channel }) => channel), ...unavailable]
  return defaultPlatforms.filter((name) => channelNamed(all, name) !== undefined)
}

/** Chooses among the tenant's enabled channels. Throws if no chosen channel can be used. */
function choose(tools: PublishTools, names: readonly string[] | undefined) {
  const all = [...tools.publishers.map(({ channel }) => channel), ...tools.unavailable]
  const named = names?.map((name) => channelNamed(all, name) ?? notSetUp(name))
  const isChosen = (channel: Channel) => named?.includes(channel) ?? true
  const publishers = tools.publishers.filter(({ channel }) => isChosen(channel))
  const unavailable = tools.unavailable.filter(isChosen)
  const [first] = unavailable
  if (publishers.length === 0 && first) throw unavailableHere(first)
  if (publishers.length > 0) return { publishers, unavailable }
  throw new PublisherError('invalid_request', 'There is no platform to publish to. Nothing was sent.')
}

function notSetUp(name: string): never {
  throw new PublisherError('invalid_request', `Publishing to ${name} is not set up here. Nothing was sent.`)
}

function unavailableHere({ name }: Channel): PublisherError {
  return new PublisherError(
    'provider_unavailable',
    `This server cannot publish to ${name} yet. Nothing was sent there.`,
  )
}

async function channelUnavailable(channel: Channel, job: PublishJob): Promise<PlatformResult> {
  const { code, message } = unavailableHere(channel)
  const result = { success: false, error: message, code }
  if (!job.request.dryRun) await rememberFailure(channel, result, job)
  job.report('failed', { platform: channel.name, code })
  return result
}

function notAtomic(): PublisherError {
  return new PublisherError(
    'storage_not_atomic',
    'Neither this storage nor the control plane can guarantee that a photo is published only once, so nothing was sent.',
  )
}

function aborted(): PublisherError {
  return new PublisherError('invalid_request', 'Request cancelled. Nothing was sent.')
}
