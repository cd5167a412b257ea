/**
 * Publishing one photo: to all platforms side by side, each at most once, then into the archive. docs/publishing.md numbers the steps
 * and says what is true after a crash at each of them.
 */
import { PublisherError } from '../base/errors.ts'
import { type Platform, platforms } from '../contract/platform.ts'
import type { ImageReducer } from '../ports/images.ts'
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { PostSlots } from '../ports/post-slots.ts'
import type { Publisher } from '../ports/publisher.ts'
import type { PhotoEntry } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import { contentDigest, type DigestTools } from './content-digest.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { archivePhoto } from './publish/archive.ts'
import {
  captionFor,
  captionsUnreadable,
  postDetailsOf,
  type SubmittedCaptions,
  saveSubmitted,
} from './publish/captions.ts'
import { createPictures } from './publish/pictures.ts'
import {
  type PlatformJob,
  type PlatformResult,
  type PublishTiming,
  publishTiming,
  publishTo,
  rememberFailure,
} from './publish/platform.ts'
import { parseSidecar } from './sidecar.ts'
import { readingSidecarsOnce } from './sidecar-memory.ts'

export interface PublishTools extends DigestTools {
  images: ImageReducer
  /** Those that the tenant has enabled and this server can use. */
  publishers: readonly Publisher[]
  /** Enabled by the tenant, and not to be had on this server: each is a failure beside the others' results. */
  unavailable: readonly Platform[]
  /** `content.hashtag_string`. */
  hashtagString: string
  /** `content.archive`. */
  archives: boolean
  /** The tenant, for fairness where pictures queue. */
  owner: string
  slots: PostSlots
  now: () => number
  /** Default: {@link publishTiming}. */
  timing?: PublishTiming
  /** Told what became of each platform. Must not fail. */
  onResult?(platform: Platform, result: PlatformResult): void
  /** What went wrong underneath a result or a warning, for the log. */
  onTrouble(error: unknown): void
}

export interface PublishRequest extends SubmittedCaptions {
  name: PhotoName
  /** Default: all that are enabled. */
  platforms?: readonly Platform[]
  /** Says what would be sent, and does nothing. */
  dryRun: boolean
  /** Tries again where the outcome of an earlier attempt is unknown. */
  force: boolean
  /** Of the photo that is meant, whatever has its name by now. */
  sha256?: string
  requestId: string
  /** Gives it up as long as nothing has been done. What has begun goes on. */
  signal?: AbortSignal
}

/** Stages, in order: `preparing`; per platform `sending` and then `sent`, `skipped` or `failed`; `archiving`. */
export type PublishReport = (stage: string, details?: Readonly<Record<string, unknown>>) => void

export interface PublishResult {
  /** At its final place. */
  name: PhotoName
  results: Partial<Record<Platform, PlatformResult>>
  /** Whether any platform has the photo now, by this attempt or by an earlier one. */
  anySuccess: boolean
  archived: boolean
  /** What went wrong beside publishing, for people. */
  warnings: string[]
}

/**
 * Publishes. One platform that fails stops no other, and what has begun is brought to its end. A photo that an earlier attempt has
 * archived is found there, so that a repetition reaches the platforms that had failed; any other photo in the archive is not.
 *
 * Throws before anything is sent: `photo_not_found`, `photo_changed` where only another photo than the one that is meant has the name,
 * `invalid_request` for platforms that are not enabled and where nobody waits any more, `provider_unavailable`, `storage_not_atomic`
 * where the ledger cannot be kept, `busy` where too many posts of the tenant are under way, and what the store throws.
 */
export async function publishPhoto(
  tools: PublishTools,
  request: PublishRequest,
  report: PublishReport,
): Promise<PublishResult> {
  const chosen = choose(tools, request.platforms)
  // A preview has no picture, and nobody waits for it.
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
  const { folder, entry, sha256 } = await locate(tools, ledger, request, () => report('preparing'))
  const sidecar = await store.readSidecar(folder, entry.name)
  const isUnreadable = sidecar === 'unreadable'
  const document = parseSidecar(sidecar === null || isUnreadable ? '' : sidecar.text)
  const warnings = isUnreadable ? [captionsUnreadable] : []
  const job: PlatformJob = {
    ledger,
    pictures: createPictures(tools, folder, entry),
    slots: tools.slots,
    photo: { name: entry.name, sha256, ...postDetailsOf(document) },
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
  }
  const published = publishers.map(async (publisher) => {
    const caption = captionFor(publisher, document, request, tools.hashtagString)
    const result = await publishTo(publisher, caption, job)
    tools.onResult?.(publisher.platform, result)
    return [publisher.platform, result] as const
  })
  const missing = unavailable.map(
    async (platform) => [platform, await platformUnavailable(platform, job)] as const,
  )
  const results = Object.fromEntries(await Promise.all([...published, ...missing]))
  const anySuccess = Object.values(results).some(({ success }) => success)
  const mayArchive = anySuccess && tools.archives && !request.dryRun
  if (!mayArchive) return { name: entry.name, results, anySuccess, archived: folder === 'archive', warnings }
  if (folder === 'root') report('archiving')
  const archived = await archivePhoto(tools, folder, entry.name)
  return { results, anySuccess, ...archived, warnings: [...warnings, ...archived.warnings] }
}

/** What is to be published to, of what the tenant has enabled. Throws where that is nothing that can be. */
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

interface Located {
  folder: Folder
  entry: PhotoEntry
  sha256: string
}

/** `onFound` is told once that there is a photo of that name, before its bytes are read. */
async function locate(
  tools: PublishTools,
  ledger: Ledger,
  { name, sha256 }: PublishRequest,
  onFound: () => void,
): Promise<Located> {
  let isTold = false
  const tellOnce = () => {
    if (!isTold) onFound()
    isTold = true
  }
  const isMeant = (found: Located | null): found is Located =>
    found !== null && (sha256 === undefined || found.sha256 === sha256)
  const inRoot = await findIn(tools, 'root', name, tellOnce)
  if (isMeant(inRoot)) return inRoot
  const archived = await findIn(tools, 'archive', name, tellOnce)
  // What no attempt has touched is another photo of that name, or one that was published before there was a ledger.
  if (isMeant(archived) && (await isKnown(ledger, archived.sha256))) return archived
  throw inRoot ? anotherPhoto() : photoNotFound()
}

async function findIn(
  tools: PublishTools,
  folder: Folder,
  name: PhotoName,
  onFound: () => void,
): Promise<Located | null> {
  const entry = await tools.store.stat(folder, name)
  if (!entry) return null
  onFound()
  try {
    return { folder, entry, sha256: await contentDigest(tools, folder, entry) }
  } catch (error) {
    // Another attempt may be moving it at this moment.
    if (await tools.store.stat(folder, name)) throw error
    return null
  }
}

/** Tells if any attempt at the photo left a record, a failure included. Lists nothing, which some storages refuse. */
async function isKnown(ledger: Ledger, sha256: string): Promise<boolean> {
  const records = await Promise.all(
    platforms.map(async (platform) => {
      const { kind } = await ledger.standing(sha256, platform)
      return kind !== 'free' || (await ledger.failure(sha256, platform)) !== null
    }),
  )
  return records.includes(true)
}

function anotherPhoto(): PublisherError {
  return new PublisherError(
    'photo_changed',
    'Another photo has this name by now. Nothing was sent. Look at it again first.',
  )
}

function notAtomic(): PublisherError {
  return new PublisherError(
    'storage_not_atomic',
    'This storage cannot make sure that a photo is published only once, so nothing was sent.',
  )
}

function aborted(): PublisherError {
  return new PublisherError('invalid_request', 'The request was given up. Nothing was sent.')
}
