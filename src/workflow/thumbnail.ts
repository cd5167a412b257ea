/** Thumbnails: from the browser's cache, from memory, from the storage, or made here, in this order. */
import { matchesNone, thumbnailTag } from '../base/entity-tag.ts'
import { PublisherError } from '../base/errors.ts'
import { withoutMetadata } from '../base/picture/clean.ts'
import { readPictureFacts } from '../base/picture/header.ts'
import type { ImageReducer, PictureSource, ThumbnailType } from '../ports/images.ts'
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { NativeThumbnail, PhotoEntry, PhotoStore, ThumbnailBox } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import { negotiateType } from './thumbnail/media-type.ts'
import type { FinishedThumbnail, ThumbnailMemory } from './thumbnail/memory.ts'

/** Width and height of the box in pixels. The box turns with the photo, so portraits get `w640h960`. */
export const thumbnailSizes = [
  'w256h256',
  'w480h320',
  'w640h480',
  'w960h640',
  'w1024h768',
  'w2048h1536',
  'w4096h4096',
] as const
export type ThumbnailSize = (typeof thumbnailSizes)[number]
export const defaultThumbnailSize: ThumbnailSize = 'w960h640'

const boxes: Readonly<Record<ThumbnailSize, ThumbnailBox>> = {
  w256h256: { width: 256, height: 256 },
  w480h320: { width: 480, height: 320 },
  w640h480: { width: 640, height: 480 },
  w960h640: { width: 960, height: 640 },
  w1024h768: { width: 1024, height: 768 },
  w2048h1536: { width: 2048, height: 1536 },
  // For zooming: the long side of both landscapes and portraits.
  w4096h4096: { width: 4096, height: 4096 },
}

export interface ThumbnailTools {
  store: PhotoStore
  images: ImageReducer
  memory: ThumbnailMemory
  /** The tenant, for fair queueing of image work. */
  owner: string
}

export interface ThumbnailRequest {
  folder: Folder
  name: PhotoName
  /** Default: `w960h640`. */
  size?: ThumbnailSize | undefined
  /** The `Accept` header. */
  accept?: string | undefined
  /** The `If-None-Match` header. */
  ifNoneMatch?: string | undefined
}

export type ThumbnailResult =
  | { status: 'not_modified'; etag: string }
  | ({ status: 'ok'; etag: string } & FinishedThumbnail)

/**
 * Returns a thumbnail: upright, fitted into the size without enlarging, without metadata, with a strong entity tag. Looks up the
 * photo first, and reduces nothing if the client already has the thumbnail. The result depends on `Accept`, so the response needs
 * `Vary: Accept`.
 *
 * Throws `photo_not_found`, and the errors of the store and of {@link ImageReducer.reduce}. Throws `busy` if the photo is replaced
 * while it is read.
 */
export async function makeThumbnail(
  tools: ThumbnailTools,
  request: ThumbnailRequest,
): Promise<ThumbnailResult> {
  const { store, memory } = tools
  const { folder, name, size = defaultThumbnailSize } = request
  const entry = await store.stat(folder, name)
  if (!entry) throw photoNotFound()
  const mediaType = negotiateType(request.accept, offeredTypes(store))
  const etag = await thumbnailTag([store.provider, entry.contentHash, size, mediaType])
  if (matchesNone(request.ifNoneMatch, etag)) return { status: 'not_modified', etag }
  // Different photos may share a content hash, which only distinguishes versions of one name.
  const key = JSON.stringify([folder, name, etag])
  const thumbnail = await memory.get(key, () => make(tools, folder, entry, boxes[size], mediaType))
  return { status: 'ok', etag, ...thumbnail }
}

/**
 * Returns the types to prefer to JPEG. WebP takes as long to make as JPEG and has half the size. AVIF saves another quarter for
 * seven times the processor time, so only clients without WebP get it. Storages make no AVIF, and making it here would require
 * downloading the original.
 */
function offeredTypes(store: PhotoStore): readonly ThumbnailType[] {
  return store.thumbnail ? ['image/webp'] : ['image/webp', 'image/avif']
}

async function make(
  tools: ThumbnailTools,
  folder: Folder,
  entry: PhotoEntry,
  box: ThumbnailBox,
  mediaType: ThumbnailType,
): Promise<FinishedThumbnail> {
  const { store, images, owner } = tools
  const native =
    mediaType === 'image/avif' ? null : await store.thumbnail?.(folder, entry.name, box, mediaType)
  if (native && isClean(native)) return { bytes: new Uint8Array(native.bytes), mediaType: native.mediaType }
  const source = native ? streamOf(native) : originalOf(store, folder, entry)
  const { bytes, mediaType: made } = await images.reduce(source, box, mediaType, owner)
  return { bytes: new Uint8Array(bytes), mediaType: made }
}

/** Checks if a storage's thumbnail contains only the picture. A damaged file goes to the reducer, which reports the fault. */
function isClean({ bytes, mediaType }: NativeThumbnail): boolean {
  try {
    const clean = withoutMetadata(bytes)
    const isSame = clean.bytes.length === bytes.length && bytes.every((byte, at) => byte === clean.bytes[at])
    const facts = readPictureFacts(bytes)
    return isSame && typeof facts === 'object' && facts.mediaType === mediaType && facts.orientation === 1
  } catch {
    return false
  }
}

/** Wraps a storage's thumbnail that contains metadata or is rotated. The reducer removes both. */
function streamOf({ bytes }: NativeThumbnail): PictureSource {
  return { body: new Blob([new Uint8Array(bytes)]).stream(), size: bytes.byteLength }
}

/** Opens the original only when the reducer begins to read, so that a queued job holds no connection. */
function originalOf(store: PhotoStore, folder: Folder, entry: PhotoEntry): PictureSource {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let isCancelled = false
  const open = async () => {
    const content = await store.read(folder, entry.name)
    if (content.entry.contentHash === entry.contentHash) return content.body.getReader()
    // The entity tag belongs to the replaced photo, so caches would keep the new picture under a wrong tag.
    await content.body.cancel()
    throw new PublisherError('busy', 'This photo has just been replaced. Try again.', { retryAfterMs: 1000 })
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        reader ??= await open()
        // The stream was cancelled while the original was being opened.
        if (isCancelled) return reader.cancel()
        const { done, value } = await reader.read()
        if (isCancelled) return
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel(reason) {
        isCancelled = true
        await reader?.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, size: entry.size }
}
