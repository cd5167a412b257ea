/** The library: what an admin sees of a folder's files, and how new photos get in. */
import { PublisherError } from '../errors.ts'
import { foldName } from './name-search.ts'
import { type Folder, isPhotoName, type PhotoName } from './photo.ts'
import { type HeaderTrouble, type PictureHeader, pictureFacts } from './picture/header.ts'
import { createInput } from './picture/input.ts'
import { maxPhotoPixels } from './picture/limits.ts'
import type { PhotoEntry, PhotoStore } from './ports/storage.ts'

export const librarySorts = ['name', 'size', 'last_modified'] as const

export interface LibraryOrder {
  sort: (typeof librarySorts)[number]
  order: 'asc' | 'desc'
}

export interface LibraryQuery extends LibraryOrder {
  folder: Folder
  /** What names begin with. */
  prefix: string
  /** What names contain, whatever the case and the accents. */
  search: string
  offset: number
  limit: number
}

export interface LibraryPage {
  photos: PhotoEntry[]
  /** How many there are in all. */
  total: number
  /** The folder does not exist. */
  isFolderMissing: boolean
}

/** One page of a folder's photos. */
export async function listLibrary(store: PhotoStore, query: LibraryQuery): Promise<LibraryPage> {
  const { photos, isFolderMissing = false } = await store.list(query.folder)
  const search = foldName(query.search)
  const found = photos.filter(({ name }) => name.startsWith(query.prefix) && foldName(name).includes(search))
  const ordered = inOrder(found, query)
  const page = ordered.slice(query.offset, query.offset + query.limit)
  return { photos: page, total: ordered.length, isFolderMissing }
}

/** The photos sorted; where the sort says nothing, the name decides. */
export function inOrder(photos: readonly PhotoEntry[], { sort, order }: LibraryOrder): PhotoEntry[] {
  const direction = order === 'asc' ? 1 : -1
  return photos.toSorted((one, other) => direction * (compare[sort](one, other) || byName(one, other)))
}

const byName = (one: PhotoEntry, other: PhotoEntry) => (one.name < other.name ? -1 : 1)

const compare = {
  name: byName,
  size: (one: PhotoEntry, other: PhotoEntry) => one.size - other.size,
  last_modified: (one: PhotoEntry, other: PhotoEntry) =>
    one.modifiedAt.getTime() - other.modifiedAt.getTime(),
}

/** A file as a person sent it. */
export interface ReceivedFile {
  /** As the sender calls it. */
  filename: string
  /** Its bytes in order. */
  chunks: readonly Uint8Array[]
  /** Their sum. */
  size: number
}

/**
 * Takes a new photo into the root folder, under its own name or that name with a number. What it is, is read from its content;
 * an extension that says otherwise is corrected. Throws `unsupported_photo`, `photo_too_large` or `invalid_request`.
 */
export async function takeIn(store: PhotoStore, file: ReceivedFile): Promise<PhotoEntry> {
  const header = headerOf(file.chunks)
  if (header === 'excessive') {
    throw new PublisherError(
      'unsupported_photo',
      'This photo carries too much text and metadata (8 MB at most). Save it without metadata and try again.',
    )
  }
  if (header === 'incomplete' || header === 'unsupported') {
    throw new PublisherError('unsupported_photo', 'Only JPEG, PNG and WebP photos are taken.')
  }
  if (header.width * header.height > maxPhotoPixels) {
    throw new PublisherError(
      'photo_too_large',
      'This photo has too many pixels; 100 megapixels is the limit.',
    )
  }
  return store.upload('root', nameFor(file.filename, header), streamOf(file.chunks), file.size)
}

const extensions = {
  'image/jpeg': /\.jpe?g$/i,
  'image/png': /\.png$/i,
  'image/webp': /\.webp$/i,
} as const
const usualExtension = { 'image/jpeg': '.jpg', 'image/png': '.png', 'image/webp': '.webp' } as const

function nameFor(filename: string, { mediaType }: PictureHeader): PhotoName {
  const name = extensions[mediaType].test(filename)
    ? filename
    : filename.replace(/\.[A-Za-z0-9]{1,5}$/, '') + usualExtension[mediaType]
  if (isPhotoName(name)) return name
  throw new PublisherError(
    'invalid_request',
    'This file name cannot be used. Rename the file: no slashes, no control characters, no marks that change the direction of text, no leading dot, at most 255 bytes.',
  )
}

/** Reads the header chunk by chunk: phones write metadata of some MB before the size. */
function headerOf(chunks: readonly Uint8Array[]): PictureHeader | HeaderTrouble {
  const input = createInput()
  const reading = pictureFacts(input)
  for (const chunk of chunks) {
    input.push(chunk)
    const step = reading.next()
    if (step.done) return step.value
  }
  return 'incomplete'
}

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const pending = chunks.values()
  return new ReadableStream({
    pull(controller) {
      const { done, value } = pending.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}
