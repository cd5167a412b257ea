/** Reads an original once for its digest and all the pictures that a task needs. */
import { PublisherError } from '../base/errors.ts'
import type { ImageReducer, ReducedImage } from '../ports/images.ts'
import type { Folder } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import type { DigestTools } from './content-digest.ts'
import type { MarkedBox } from './ready-pictures.ts'
import { shareBody } from './shared-body.ts'

export interface PictureTools {
  store: PhotoStore
  images: ImageReducer
  /** The tenant, for fair queueing of image work. */
  owner: string
}

/** Pictures that a caller waits for. The first picture is there sooner by a decode of its own, which delays the others. */
export type Urgent = 'first' | 'all'

export interface Making {
  /** The picture of the first box, perhaps before the others. */
  first: Promise<ReducedImage>
  /** JPEGs without metadata, in the order of the boxes. Rejects with the errors of the reducer and the store. */
  pictures: Promise<ReducedImage[]>
}

export interface OriginalReading extends Making {
  /** SHA-256 of the original, in lower-case hex. Rejects with the errors of the store. */
  sha256: Promise<string>
  /** Drops the pictures if their work has not begun. */
  drop(): void
}

/** Longest time that a digest waits for the queue of the reducer. A duplicate should not wait longer for its answer. */
const digestPatienceMs = 500

/**
 * Reads the original once, for its digest and the pictures. Remembers the digest. Reads a second time only for pictures whose work
 * begins late. Throws `photo_changed` if other bytes have the name by now, and the errors of the store.
 */
export async function readOriginal(
  tools: PictureTools & DigestTools,
  folder: Folder,
  entry: PhotoEntry,
  boxes: readonly MarkedBox[],
  urgent: Urgent = 'all',
): Promise<OriginalReading> {
  const { digest, digests } = tools
  const dropping = new AbortController()
  const again = () => open(tools, folder, entry)
  const shared = shareBody(await again(), { digest, again, patienceMs: digestPatienceMs })
  const sha256 = shared.sha256.then(async (known) => {
    await digests.put(entry, known)
    return known
  })
  // A caller may need only the pictures.
  sha256.catch(() => undefined)
  const making = make(tools, shared.body, entry, { boxes, urgent, signal: dropping.signal })
  return { ...making, sha256, drop: () => dropping.abort() }
}

/**
 * Reads the original once, and begins all the pictures. Throws `photo_changed` if other bytes have the name by now, and the errors of the
 * store.
 */
export async function readPictures(
  tools: PictureTools,
  folder: Folder,
  entry: PhotoEntry,
  boxes: readonly MarkedBox[],
  urgent: Urgent = 'all',
): Promise<Making> {
  return make(tools, await open(tools, folder, entry), entry, { boxes, urgent })
}

function make(
  { images, owner }: PictureTools,
  body: ReadableStream<Uint8Array>,
  { size }: PhotoEntry,
  { boxes, urgent, signal }: { boxes: readonly MarkedBox[]; urgent: Urgent; signal?: AbortSignal },
): Making {
  const reductions = boxes.map(({ watermark, ...box }) => ({
    box,
    mediaType: 'image/jpeg' as const,
    ...(watermark && { watermark }),
  }))
  const first = Promise.withResolvers<ReducedImage>()
  const order = {
    owner,
    ...(signal && { signal }),
    ...(urgent === 'first' && { onFirst: first.resolve }),
  }
  const pictures = images.reduceAll({ body, size }, reductions, order)
  pictures.then(([picture]) => {
    if (picture) first.resolve(picture)
    else first.reject(new Error('the reducer made no picture'))
  }, first.reject)
  // A caller may need only some of the results.
  for (const result of [first.promise, pictures]) result.catch(() => undefined)
  return { first: first.promise, pictures }
}

async function open(
  { store }: PictureTools,
  folder: Folder,
  entry: PhotoEntry,
): Promise<ReadableStream<Uint8Array>> {
  const { entry: found, body } = await store.read(folder, entry.name)
  if (found.contentHash === entry.contentHash) return body
  await body.cancel()
  throw photoChanged()
}

/** Checks that the photo still has the bytes of `entry`. Throws `photo_changed`, `photo_not_found`, and the errors of the store. */
export async function expectUnchanged(
  { store }: Pick<PictureTools, 'store'>,
  folder: Folder,
  { name, contentHash }: PhotoEntry,
): Promise<void> {
  const found = await store.stat(folder, name)
  if (!found) throw photoNotFound()
  if (found.contentHash !== contentHash) throw photoChanged()
}

function photoChanged(): PublisherError {
  return new PublisherError('photo_changed', 'This photo has just been replaced. Check it, then try again.')
}
