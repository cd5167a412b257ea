/** Thumbnails: from the browser's cache, from memory, from kept previews, from the storage, or made here, in this order. */
import { matchesNone, thumbnailTag } from '../base/entity-tag.ts'
import type { ImageReducer, PictureSource, ReduceOrder, ThumbnailType } from '../ports/images.ts'
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { NativeThumbnail, PhotoEntry, PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import { photoVersion } from './photo-version.ts'
import { isClean } from './thumbnail/clean.ts'
import { negotiateType } from './thumbnail/media-type.ts'
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
  /** The tenant, for fair queueing of image work. */
  owner: string
  /** Keeps work alive after the answer. */
  waitUntil(work: Promise<unknown>): void
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
  /** True when the client's address names the photo's present version, so that its answer never changes. */
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
  const mediaType = negotiateType(request.accept, offeredTypes(store))
  const photo = { folder, entry, size, mediaType }
  const etag = await tagOf(store, photo)
  const answered = { etag, isLasting: request.version === photoVersion(entry) }
  if (matchesNone(request.ifNoneMatch, etag)) return { status: 'not_modified', ...answered }
  const make = (signal: AbortSignal) => find(tools, photo, { owner: tools.owner, isAhead, signal })
  const thumbnail = await memory.get(keyOf(photo, etag), make, request)
  return { status: 'ok', ...answered, ...thumbnail }
}

interface Wanted {
  folder: Folder
  entry: PhotoEntry
  size: ThumbnailSize
  mediaType: ThumbnailType
}

const tagOf = ({ provider }: PhotoStore, { entry, size, mediaType }: Wanted) =>
  thumbnailTag([provider, entry.contentHash, size, mediaType])

/** Returns the key in memory. Different photos may share a content hash, which only distinguishes versions of one name. */
const keyOf = ({ folder, entry }: Wanted, etag: string) => JSON.stringify([folder, entry.name, etag])

/**
 * Returns the types to prefer to JPEG. WebP takes as long to make as JPEG and has half the size. AVIF saves another quarter for
 * seven times the processor time, so only clients without WebP get it. Storages make no AVIF, and making it here would require
 * downloading the original.
 */
export function offeredTypes(store: Pick<PhotoStore, 'thumbnail'>): readonly ThumbnailType[] {
  return store.thumbnail ? ['image/webp'] : ['image/webp', 'image/avif']
}

async function find(tools: ThumbnailTools, wanted: Wanted, order: ReduceOrder): Promise<FinishedThumbnail> {
  const { images, previews, waitUntil } = tools
  const { entry, size, mediaType } = wanted
  const kept = await previews.find(entry, size, mediaType)
  const native = kept ?? (await nativeThumbnail(tools.store, wanted))
  if (!native) return (await keptAfterAll(tools, wanted)) ?? makeFromOriginal(tools, wanted, order)
  const found = kept ?? (isClean(native) ? plainly(native) : null)
  const thumbnail = found ?? plainly(await reduced(images, streamOf(native), wanted, order))
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
  const { store, images, previews, waitUntil } = tools
  const { folder, entry, size, mediaType } = wanted
  const sizes = (await needsSmallest(tools, wanted)) ? [size, smallestSize] : [size]
  const original = originalOf(store, folder, entry)
  const reductions = sizes.map((each) => ({ box: boxes[each], mediaType }))
  const pictures = await images.reduceAll(original, reductions, order)
  const made = pictures.flatMap((picture, at): SizedThumbnail[] => {
    const madeSize = sizes[at]
    return madeSize ? [{ size: madeSize, ...plainly(picture) }] : []
  })
  const [thumbnail, small] = made
  if (!thumbnail) throw new TypeError('The reducer made no picture.')
  if (small?.mediaType === mediaType) {
    const smallest = { ...wanted, size: smallestSize }
    tools.memory.put(keyOf(smallest, await tagOf(store, smallest)), plainly(small))
  }
  const facts = original.facts()
  waitUntil(previews.keep(entry, made, facts ? { facts } : {}))
  return plainly(thumbnail)
}

async function needsSmallest({ store, memory, previews }: ThumbnailTools, wanted: Wanted): Promise<boolean> {
  const { entry, size, mediaType } = wanted
  if (size === smallestSize || mediaType === 'image/avif') return false
  const smallest = { ...wanted, size: smallestSize }
  if (memory.has(keyOf(smallest, await tagOf(store, smallest)))) return false
  return !(await previews.has(entry, smallestSize, mediaType))
}

async function reduced(
  images: ImageReducer,
  source: PictureSource,
  { size, mediaType }: Wanted,
  order: ReduceOrder,
): Promise<FinishedThumbnail> {
  const [picture] = await images.reduceAll(source, [{ box: boxes[size], mediaType }], order)
  if (!picture) throw new TypeError('The reducer made no picture.')
  return plainly(picture)
}

/** Wraps a storage's thumbnail that contains metadata or is rotated. The reducer removes both. */
function streamOf({ bytes }: { bytes: Uint8Array }): PictureSource {
  return { body: new Blob([new Uint8Array(bytes)]).stream(), size: bytes.byteLength }
}

/** Returns only what a finished thumbnail has. */
function plainly({ bytes, mediaType }: { bytes: Uint8Array; mediaType: ThumbnailType }): FinishedThumbnail {
  return { bytes: new Uint8Array(bytes), mediaType }
}
