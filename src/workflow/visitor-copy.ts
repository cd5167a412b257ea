/**
 * Opens the full-size photo for a visitor: the original picture, bit for bit, without the file's metadata but with its credit. With a
 * watermark it is a reduced picture.
 */
import { matchesNone, thumbnailTag } from '../base/entity-tag.ts'
import { PublisherError } from '../base/errors.ts'
import type { Credit } from '../base/metadata/photographer.ts'
import { creditedJpeg } from '../base/picture/clean.ts'
import { type CleanStream, openCleanStream } from '../base/picture/clean-stream.ts'
import { maxPhotoBytes } from '../base/picture/limits.ts'
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { PhotoContent, PhotoEntry, PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import type { CreditOf } from './credit.ts'
import { makeThumbnail, type ThumbnailTools } from './thumbnail.ts'

/** Version of the format. Increase it when copies of unchanged photos change. */
const copyVersion = 2

export interface CopyTools {
  store: PhotoStore
  creditOf: CreditOf
}

export type VisitorCopy =
  | { status: 'not_modified'; etag: string }
  | ({ status: 'ok'; etag: string } & CleanStream)

/**
 * Opens the copy of one photo. The caller must read its body to the end or cancel it.
 *
 * Throws `photo_not_found`, `photo_too_large` beyond 50 MB, and `photo_unreadable` for content other than JPEG, PNG or WebP. Throws
 * `busy` if the photo is replaced during the call, and the errors of the store.
 */
export async function openVisitorCopy(
  { store, creditOf }: CopyTools,
  folder: Folder,
  name: PhotoName,
  ifNoneMatch?: string,
): Promise<VisitorCopy> {
  if (ifNoneMatch !== undefined) {
    const entry = await store.stat(folder, name)
    if (!entry) throw photoNotFound()
    const etag = await tagOf(store, entry, await creditOf(folder, entry))
    if (matchesNone(ifNoneMatch, etag)) return { status: 'not_modified', etag }
  }
  const content = await store.read(folder, name)
  const { entry } = content
  if (entry.size > maxPhotoBytes) {
    await content.body.cancel()
    throw new PublisherError('photo_too_large', `This photo is larger than ${maxPhotoBytes / 2 ** 20} MB.`)
  }
  const credit = await creditOf(folder, entry).catch(async (error: unknown) => {
    await content.body.cancel()
    throw error
  })
  const clean = await openCleanStream({ size: entry.size, open: opener(store, folder, content) }, credit)
  return { status: 'ok', etag: await tagOf(store, entry, credit), ...clean }
}

/**
 * Opens the copy of a photo of a gallery with a watermark: a JPEG of at most 4,096 pixels. Throws `photo_not_found`, and the errors of
 * {@link makeThumbnail}.
 */
export async function openMarkedCopy(
  tools: ThumbnailTools,
  { store, creditOf }: CopyTools,
  folder: Folder,
  name: PhotoName,
  ifNoneMatch?: string,
): Promise<VisitorCopy> {
  const entry = await store.stat(folder, name)
  if (!entry) throw photoNotFound()
  const credit = await creditOf(folder, entry)
  const made = await makeThumbnail(tools, { folder, name, size: 'w4096h4096', accept: 'image/jpeg' })
  if (made.status === 'not_modified') throw new Error('a request without a tag got no picture')
  const etag = await thumbnailTag([made.etag, ...creditParts(credit)])
  if (ifNoneMatch !== undefined && matchesNone(ifNoneMatch, etag)) return { status: 'not_modified', etag }
  const bytes = new Uint8Array(creditedJpeg(made.bytes, credit))
  return { status: 'ok', etag, mediaType: 'image/jpeg', body: new Blob([bytes]).stream() }
}

/** Returns the open body on the first call. Later calls open the same photo again. */
function opener(store: PhotoStore, folder: Folder, { entry, body }: PhotoContent) {
  let first: ReadableStream<Uint8Array> | null = body
  return async () => {
    if (first) {
      const opened = first
      first = null
      return opened
    }
    const again = await store.read(folder, entry.name)
    if (again.entry.contentHash === entry.contentHash) return again.body
    await again.body.cancel()
    throw new PublisherError('busy', 'This photo has just been replaced. Try again.', { retryAfterMs: 1000 })
  }
}

function tagOf(
  { provider }: PhotoStore,
  { contentHash }: PhotoEntry,
  credit: Credit | null,
): Promise<string> {
  return thumbnailTag([provider, contentHash, 'copy', String(copyVersion), ...creditParts(credit)])
}

/** Returns the part of a tag that changes with the credit. */
function creditParts(credit: Credit | null): string[] {
  if (!credit) return []
  const { creators, copyright, usageTerms } = credit
  return [JSON.stringify([creators, copyright, usageTerms])]
}
