/** Thumbnails: from the browser's cache, from memory, from kept previews, from the storage, or made here, in this order. */
import { matchesNone, thumbnailTag } from '../base/entity-tag.ts'
import type {
  ImageReducer,
  PictureSource,
  ReduceOrder,
  Reduction,
  ThumbnailType,
  Watermark,
} from '../ports/images.ts'
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { PictureCache, PictureKey } from '../ports/picture-cache.ts'
import type { NativeThumbnail, PhotoEntry, PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import { photoVersion } from './photo-version.ts'
import { isClean } from './thumbnail/clean.ts'
import { negotiateType, offeredTypes } from './thumbnail/media-type.ts'
import type { FinishedThumbnail, ThumbnailMemory, ThumbnailWish } from './thumbnail/memory.ts'
import { originalOf } from './thumbnail/original.ts'
import type { Previews, SizedThumbnail } from './thumbnail/previews.ts'
import { boxes, defaultThumbnailSize, smallestSize, type ThumbnailSize } from './thumbnail/sizes.ts'

export { isReplaced } from './thumbnail/original.ts'
export { type ThumbnailSize, thumbnailSizes } from './thumbnail/sizes.ts'

export interface ThumbnailTools {
  /** The tenant's storage for people who look. */
  store: PhotoStore
  images: ImageReducer
  memory: ThumbnailMemory
  previews: Previews
  /** Drawn over every thumbnail. Set it by {@link withWatermark}. Default: none. */
  watermark?: Watermark
  /** Cache near visitors, and the host. Only for photos that every visitor may see. Default: none. */
  nearby?: Nearby | null
  /** The tenant, for fair queueing of image work. */
  owner: string
  /** Keeps work alive after the answer. */
  waitUntil(work: Promise<unknown>): void
}

/** Returns the tools for thumbnails with this watermark. */
export function withWatermark(tools: ThumbnailTools, watermark: Watermark | null): ThumbnailTools {
  return watermark ? { ...tools, watermark, previews: tools.previews.marked(watermark.key) } : tools
}

export interface Nearby {
  cache: PictureCache
  host: string
}

export interface ThumbnailRequest extends ThumbnailWish {
  folder: Folder
  name: PhotoName
  /** Default: `w960h640`. */
  size?: ThumbnailSize | undefined
  /** Version of the photo that the client's address names. */
  version?: string | undefined
  /** The `Accept` header. */
  accept?: string | undefined
  /** The `If-None-Match` header. */
  ifNoneMatch?: string | undefined
}

interface Answered {
  etag: string
  /**
   * True when the client's address names the photo's present version, so that its answer never changes. False with a watermark, which the
   * tenant may change.
   */
  isLasting: boolean
}

export type ThumbnailResult =
  | ({ status: 'not_modified' } & Answered)
  | ({ status: 'ok' } & Answered & FinishedThumbnail)

/**
 * Returns a thumbnail: upright, fitted into the size without enlarging, without metadata, with a strong entity tag. Looks up the
 * photo first, and reduces nothing if the client already has the thumbnail. The result depends on `Accept`, so the response needs
 * `Vary: Accept`. Previews and facts of a photo that is decoded here are kept after the answer.
 *
 * Throws `photo_not_found`, and the errors of the store and of {@link ImageReducer.reduceAll}. Throws `busy` if the photo was replaced
 * since it was looked up: {@link isReplaced}.
 */
export async function makeThumbnail(
  tools: ThumbnailTools,
  request: ThumbnailRequest,
): Promise<ThumbnailResult> {
  const { store, memory } = tools
  const { folder, name, size = defaultThumbnailSize, isAhead = false } = request
  const entry = await store.stat(folder, name)
  if (!entry) throw photoNotFound()
  const photo = { folder, entry, ...formatOf(store, size, request.accept) }
  const etag = await tagOf(tools, photo)
  const isPresent = request.version === photoVersion(entry)
  const answered = { etag, isLasting: isPresent && !tools.watermark }
  if (matchesNone(request.ifNoneMatch, etag)) return { status: 'not_modified', ...answered }
  const make = (signal: AbortSignal) => {
    const order = { owner: tools.owner, isAhead, signal }
    const nearby = isPresent ? tools.nearby : null
    if (!nearby) return find(tools, photo, order)
    return findNearby(tools, nearby, { name, etag }, () => find(tools, photo, order))
  }
  const thumbnail = await memory.get(keyOf(photo, etag), make, request)
  return { status: 'ok', ...answered, ...thumbnail }
}

interface Format {
  size: ThumbnailSize
  mediaType: ThumbnailType
  /** The `Accept` header, for a picture of another size. */
  accept: string | undefined
}

interface Wanted extends Format {
  folder: Folder
  entry: PhotoEntry
}

function formatOf({ thumbnail }: PhotoStore, size: ThumbnailSize, accept: string | undefined): Format {
  return { size, accept, mediaType: negotiateType(accept, offeredTypes(size, thumbnail !== undefined)) }
}

const tagOf = ({ store, watermark }: ThumbnailTools, { entry, size, mediaType }: Wanted) =>
  thumbnailTag([store.provider, entry.contentHash, size, mediaType, ...(watermark ? [watermark.key] : [])])

/** Returns the key in memory. Different photos may share a content hash, which only distinguishes versions of one name. */
const keyOf = ({ folder, entry }: Wanted, etag: string) => JSON.stringify([folder, entry.name, etag])

/** Asks the cache near visitors before `make`. The photo is certainly in its folder, since its version was just compared. */
async function findNearby(
  { waitUntil }: ThumbnailTools,
  { cache, host }: Nearby,
  photo: Omit<PictureKey, 'host'>,
  make: () => Promise<FinishedThumbnail>,
): Promise<FinishedThumbnail> {
  const key = { host, ...photo }
  const kept = await cache.match(key).catch(() => null)
  if (kept) return kept
  const made = await make()
  waitUntil(cache.put(key, made).catch(() => undefined))
  return made
}

async function find(tools: ThumbnailTools, wanted: Wanted, order: ReduceOrder): Promise<FinishedThumbnail> {
  const { previews, watermark, waitUntil } = tools
  const { entry, size, mediaType } = wanted
  const kept = await previews.find(entry, size, mediaType)
  const native = kept ?? (await nativeThumbnail(tools.store, wanted))
  if (!native) return (await keptAfterAll(tools, wanted)) ?? makeFromOriginal(tools, wanted, order)
  const found = kept ?? (!watermark && isClean(native) ? plainly(native) : null)
  const thumbnail = found ?? (await reduced(tools, streamOf(native), wanted, order))
  if (boxes[size].width <= largestForPlaceholder) waitUntil(previews.noteSmall(entry, thumbnail))
  return thumbnail
}

/** Looks for the preview of a photo that the store could not reduce. */
async function keptAfterAll({ store, previews }: ThumbnailTools, { entry, size, mediaType }: Wanted) {
  return store.thumbnail ? previews.find(entry, size, mediaType, true) : null
}

/** Decoding a larger picture only for its placeholder would take too long. Pixels. */
const largestForPlaceholder = 1024
/** Largest box that storages fill. */
const largestNativeSide = 2048

async function nativeThumbnail(
  store: PhotoStore,
  { folder, entry, size, mediaType }: Wanted,
): Promise<NativeThumbnail | null> {
  if (mediaType === 'image/avif' || boxes[size].width > largestNativeSide) return null
  const native = await store.thumbnail?.(folder, entry.name, boxes[size], mediaType)
  // Reading the original tells if the photo was replaced.
  return native && (native.contentHash ?? entry.contentHash) === entry.contentHash ? native : null
}

/** Makes the thumbnail, and with the same decode the smallest size, if it is not there yet. */
async function makeFromOriginal(
  tools: ThumbnailTools,
  wanted: Wanted,
  order: ReduceOrder,
): Promise<FinishedThumbnail> {
  const { store, images, previews, watermark, waitUntil } = tools
  const { folder, entry } = wanted
  const smallest = await missingSmallest(tools, wanted)
  const formats = smallest ? [wanted, smallest] : [wanted]
  const original = originalOf(store, folder, entry)
  const reductions = formats.map((format) => reductionOf(format, watermark))
  const pictures = await images.reduceAll(original, reductions, order)
  const made = pictures.flatMap((picture, at): SizedThumbnail[] => {
    const format = formats[at]
    return format ? [{ size: format.size, asked: format.mediaType, ...plainly(picture) }] : []
  })
  const [thumbnail, small] = made
  if (!thumbnail) throw new TypeError('The reducer made no picture.')
  if (small && smallest) tools.memory.put(keyOf(smallest, await tagOf(tools, smallest)), plainly(small))
  const facts = original.facts()
  waitUntil(previews.keep(entry, made, facts ? { facts } : {}))
  return plainly(thumbnail)
}

/** Returns the smallest size if it is neither wanted nor there yet. */
async function missingSmallest(tools: ThumbnailTools, wanted: Wanted): Promise<Wanted | null> {
  const { store, memory, previews } = tools
  if (wanted.size === smallestSize) return null
  const smallest = { ...wanted, ...formatOf(store, smallestSize, wanted.accept) }
  if (memory.has(keyOf(smallest, await tagOf(tools, smallest)))) return null
  return (await previews.has(smallest.entry, smallestSize, smallest.mediaType)) ? null : smallest
}

function reductionOf({ size, mediaType }: Format, watermark: Watermark | undefined): Reduction {
  return { box: boxes[size], mediaType, ...(watermark && { watermark }) }
}

async function reduced(
  { images, watermark }: ThumbnailTools,
  source: PictureSource,
  wanted: Wanted,
  order: ReduceOrder,
): Promise<FinishedThumbnail> {
  const [picture] = await images.reduceAll(source, [reductionOf(wanted, watermark)], order)
  if (!picture) throw new TypeError('The reducer made no picture.')
  return plainly(picture)
}

/** Wraps a storage's thumbnail that contains metadata, is rotated, or needs a watermark. */
function streamOf({ bytes }: { bytes: Uint8Array }): PictureSource {
  return { body: new Blob([new Uint8Array(bytes)]).stream(), size: bytes.byteLength }
}

/** Returns only what a finished thumbnail has. */
function plainly({ bytes, mediaType }: { bytes: Uint8Array; mediaType: ThumbnailType }): FinishedThumbnail {
  return { bytes: new Uint8Array(bytes), mediaType }
}
