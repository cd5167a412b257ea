/**
 * Publishes one photo to all platforms concurrently, to each at most once, and then archives it.
 *
 * docs/publishing.md numbers the steps, and describes the state after a crash at each of them.
 */
import { PublisherError } from '../base/errors.ts'
import type { Platform } from '../contract/platform.ts'
import type { Rating } from '../contract/rating.ts'
import type { PhotoName } from '../ports/photo.ts'
import type { PostSlots } from '../ports/post-slots.ts'
import type { Publisher } from '../ports/publisher.ts'
import type { DigestTools } from './content-digest.ts'
import { createLedger } from './ledger.ts'
import type { PictureTools } from './original.ts'
import { archivePhoto } from './publish/archive.ts'
import {
  captionFor,
  captionsUnreadable,
  postDetailsOf,
  type SubmittedCaptions,
  saveSubmitted,
} from './publish/captions.ts'
import { locate } from './publish/locate.ts'
import { noPictures } from './publish/pictures.ts'
import { picturesFor, standingsOf } from './publish/plan.ts'
import {
  type PlatformJob,
  type PlatformResult,
  type PublishTiming,
  publishTiming,
  publishTo,
  rememberFailure,
} from './publish/platform.ts'
import { isLowered, type LoweredRating, photoRating } from './rating.ts'
import { distinctBoxes, type ReadyPictures } from './ready-pictures.ts'
import { parseSidecar } from './sidecar.ts'
import { readingSidecarsOnce } from './sidecar-memory.ts'

export interface PublishTools extends DigestTools, PictureTools {
  /** Publishers that the tenant has enabled and this server can use. */
  publishers: readonly Publisher[]
  /** Platforms that the tenant has enabled but this server cannot use. Each becomes a failure in the results. */
  unavailable: readonly Platform[]
  /** `content.hashtag_string`. */
  hashtagString: string
  /** `content.default_rating`. */
  defaultRating?: Rating
  /** Receives a rating that a request lowered. Must not throw. */
  onRatingLowered?(lowered: LoweredRating): void
  /** `content.archive`. */
  archives: boolean
  /** Pictures that an analysis made ahead. Default: none. */
  ready?: ReadyPictures
  slots: PostSlots
  now: () => number
  /** Default: {@link publishTiming}. */
  timing?: PublishTiming
  /** Receives the result of each platform. Previews do not report `unavailable` platforms. Must not throw. */
  onResult?(platform: Platform, result: PlatformResult): void
  /** Receives the cause of a failure or a warning, for the log. */
  onTrouble(error: unknown): void
}

export interface PublishRequest extends SubmittedCaptions {
  name: PhotoName
  /** Default: all enabled platforms. */
  platforms?: readonly Platform[]
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
 * - `sending`, then `sent`, `skipped` or `failed`, for each platform
 * - `archiving`
 */
export type PublishReport = (stage: string, details?: Readonly<Record<string, unknown>>) => void

export interface PublishResult {
  /** Name in the folder where the photo ended up. */
  name: PhotoName
  results: Partial<Record<Platform, PlatformResult>>
  /** True when any platform has the photo, from this or an earlier attempt. */
  anySuccess: boolean
  archived: boolean
  /** Problems outside publishing itself, as text for people. */
  warnings: string[]
}

/**
 * Publishes one photo. A failing platform does not stop the others, and every started send is completed. A photo that an earlier
 * attempt archived is found in the archive, so a repetition reaches the platforms that failed. Other photos of the archive are
 * not found.
 *
 * Throws the errors of the store, and these, before anything is sent:
 * - `photo_not_found`
 * - `photo_changed` if only a different photo has the name
 * - `invalid_request` for platforms that are not enabled, and after `signal` aborts
 * - `provider_unavailable` if this server can use none of the platforms
 * - `storage_not_atomic` if the storage cannot keep the ledger
 * - `busy` if too many posts of the tenant are in progress
 */
export async function publishPhoto(
  tools: PublishTools,
  request: PublishRequest,
  report: PublishReport,
): Promise<PublishResult> {
  const chosen = choose(tools, request.platforms)
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
  const found = await locate(tools, ledger, {
    ...request,
    boxes: request.dryRun ? [] : distinctBoxes(publishers.map(({ pictureBox }) => pictureBox)),
    onFound: () => report('preparing'),
  })
  const { folder, entry, sha256 } = found
  const standing = standingsOf(ledger, sha256, publishers)
  const pictures = request.dryRun ? noPictures : picturesFor(tools, found, { publishers, standing, request })
  const sidecar = await store.readSidecar(folder, entry.name)
  const isUnreadable = sidecar === 'unreadable'
  const document = parseSidecar(sidecar === null || isUnreadable ? '' : sidecar.text)
  const warnings = isUnreadable ? [captionsUnreadable] : []
  const rated = photoRating(document, tools.defaultRating)
  const job: PlatformJob = {
    ledger,
    standing,
    pictures,
    slots: tools.slots,
    photo: { name: entry.name, sha256, ...postDetailsOf(document), rating: request.rating ?? rated.rating },
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
  const published = publishers.map(async (publisher) => {
    const caption = captionFor(publisher, document, request, tools.hashtagString)
    const result = await publishTo(publisher, caption, job)
    tools.onResult?.(publisher.platform, result)
    return [publisher.platform, result] as const
  })
  const missing = unavailable.map(async (platform) => {
    const result = await platformUnavailable(platform, job)
    // A preview fails for no platform.
    if (!request.dryRun) tools.onResult?.(platform, result)
    return [platform, result] as const
  })
  const results = Object.fromEntries(await Promise.all([...published, ...missing]))
  const anySuccess = Object.values(results).some(({ success }) => success)
  const mayArchive = anySuccess && tools.archives && !request.dryRun
  if (!mayArchive) return { name: entry.name, results, anySuccess, archived: folder === 'archive', warnings }
  if (folder === 'root') report('archiving')
  const archived = await archivePhoto(tools, folder, entry.name)
  return { results, anySuccess, ...archived, warnings: [...warnings, ...archived.warnings] }
}

/** Chooses among the tenant's enabled platforms. Throws if no chosen platform can be used. */
function choose(tools: PublishTools, platforms: readonly Platform[] | undefined) {
  const isChosen = (platform: Platform) => platforms?.includes(platform) ?? true
  const publishers = tools.publishers.filter(({ platform }) => isChosen(platform))
  const unavailable = tools.unavailable.filter(isChosen)
  const enabled = [...publishers.map(({ platform }) => platform), ...unavailable]
  const unknown = platforms?.find((platform) => !enabled.includes(platform))
  if (unknown) {
    throw new PublisherError(
      'invalid_request',
      `Publishing to ${unknown} is not set up here. Nothing was sent.`,
    )
  }
  const [first] = unavailable
  if (publishers.length === 0 && first) throw unavailableHere(first)
  if (publishers.length > 0) return { publishers, unavailable }
  throw new PublisherError('invalid_request', 'There is no platform to publish to. Nothing was sent.')
}

function unavailableHere(platform: Platform): PublisherError {
  return new PublisherError(
    'provider_unavailable',
    `This server cannot publish to ${platform} yet. Nothing was sent there.`,
  )
}

async function platformUnavailable(platform: Platform, job: PlatformJob): Promise<PlatformResult> {
  const { code, message } = unavailableHere(platform)
  const result = { success: false, error: message, code }
  if (!job.request.dryRun) await rememberFailure(platform, result, job)
  job.report('failed', { platform, code })
  return result
}

function notAtomic(): PublisherError {
  return new PublisherError(
    'storage_not_atomic',
    'This storage cannot guarantee that a photo is published only once, so nothing was sent.',
  )
}

function aborted(): PublisherError {
  return new PublisherError('invalid_request', 'Request cancelled. Nothing was sent.')
}
