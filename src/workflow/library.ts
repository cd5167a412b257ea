/** The library: lists a folder's photos for an admin, and adds new photos. */

import { PublisherError } from '../base/errors.ts'
import type { EmbeddedBlocks } from '../base/metadata/embedded.ts'
import { type Folder, isPhotoName, type PhotoName } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'
import type { DigestTools } from './content-digest.ts'
import { foldName } from './name-search.ts'
import { checkNewPhoto, type NewPhoto, type NewPhotoTools, type ReceivedFile, streamOf } from './new-photo.ts'
import { blocksIn } from './photographer/observed-body.ts'
import { findSamePhoto, type KnownPhotos, type LocatedPhoto } from './same-photo.ts'

export const librarySorts = ['name', 'size', 'last_modified'] as const

export interface LibraryOrder {
  sort: (typeof librarySorts)[number]
  order: 'asc' | 'desc'
}

/** Place of a photo in a listing. The photo itself may be gone. */
export type LibraryMark = Pick<PhotoEntry, 'name' | 'size' | 'modifiedAt'>

export interface LibraryQuery extends LibraryOrder {
  folder: Folder
  /** Prefix of the names. */
  prefix: string
  /** Text that the names contain, without regard to case and accents. */
  search: string
  /** Starts the page after this photo. Photos added or removed in the meantime shift nothing. */
  after?: LibraryMark
  offset: number
  limit: number
}

export interface LibraryPage {
  photos: PhotoEntry[]
  /** Number of matching photos on all pages. */
  total: number
  /** Last photo of this page; `null` if no page follows. */
  end: LibraryMark | null
  /** True when the folder does not exist. */
  isFolderMissing: boolean
}

/** Returns one page of a folder's photos. */
export async function listLibrary(store: PhotoStore, query: LibraryQuery): Promise<LibraryPage> {
  const { photos, isFolderMissing = false } = await store.list(query.folder)
  const search = foldName(query.search)
  const found = photos.filter(({ name }) => name.startsWith(query.prefix) && foldName(name).includes(search))
  const ordered = inOrder(found, query)
  const { after } = query
  const rest = after ? ordered.filter((photo) => compareBy(query, photo, after) > 0) : ordered
  const page = rest.slice(query.offset, query.offset + query.limit)
  const hasMore = query.offset + page.length < rest.length
  return { photos: page, total: ordered.length, isFolderMissing, end: (hasMore && page.at(-1)) || null }
}

/** Sorts the photos. The name breaks ties. */
export function inOrder(photos: readonly PhotoEntry[], { sort, order }: LibraryOrder): PhotoEntry[] {
  return photos.toSorted((one, other) => compareBy({ sort, order }, one, other))
}

function compareBy({ sort, order }: LibraryOrder, one: LibraryMark, other: LibraryMark): number {
  return (order === 'asc' ? 1 : -1) * (compare[sort](one, other) || byName(one, other))
}

const byName = (one: LibraryMark, other: LibraryMark) =>
  one.name === other.name ? 0 : one.name < other.name ? -1 : 1

const compare = {
  name: byName,
  size: (one: LibraryMark, other: LibraryMark) => one.size - other.size,
  last_modified: (one: LibraryMark, other: LibraryMark) =>
    one.modifiedAt.getTime() - other.modifiedAt.getTime(),
}

/** Knowledge about a stored photo that is kept with it. */
export interface KeptPhoto extends Pick<NewPhoto, 'previews' | 'facts'> {
  sha256: string
  /** What the photographer wrote inside the photo. `null`: the photo's structure is broken. */
  embedded: EmbeddedBlocks | null
}

export interface UploadTools extends NewPhotoTools, DigestTools {
  known: KnownPhotos
  /** Keeps the thumbnails, facts and digest of a stored photo, after the answer. */
  keep(entry: PhotoEntry, photo: KeptPhoto): void
}

/**
 * Adds a new photo to the root folder, under its own name or that name with a number. The content decides the media type, and a
 * wrong extension is corrected.
 *
 * Throws the errors of {@link checkNewPhoto}, and `invalid_request` for an unusable name. Throws `already_here` if duplicates are
 * refused and a photo of any folder has the same bytes.
 */
export async function addPhoto(
  tools: UploadTools,
  file: ReceivedFile,
  duplicates: 'keep' | 'refuse',
): Promise<PhotoEntry> {
  const { store, known } = tools
  const photo = await checkNewPhoto({ ...tools, isNative: store.thumbnail !== undefined }, file)
  const name = nameFor(photo)
  // Some 9 ms for 13 MB, while the bytes are in memory anyway.
  const sha256 = await tools.digest(streamOf(photo))
  const same =
    duplicates === 'refuse' ? await findSamePhoto(tools, known, { size: photo.size, sha256 }) : null
  if (same) throw alreadyHere(same)
  const entry = await store.upload('root', name, streamOf(photo), photo.size)
  known.add(store, { folder: 'root', entry })
  tools.keep(entry, { ...photo, sha256, embedded: blocksIn(photo.chunks) })
  return entry
}

function alreadyHere({ folder, entry }: LocatedPhoto): PublisherError {
  const key = keyOf(folder, entry.name)
  return new PublisherError('already_here', `This photo already exists as ${key}. Nothing was stored.`, {
    existing: { folder, key },
  })
}

/** Returns the photo's key: its name in the root, and folder plus name elsewhere, such as `archive/dusk.jpg`. */
export function keyOf(folder: Folder, name: PhotoName): string {
  return folder === 'root' ? name : `${folder}/${name}`
}

const extensions = {
  'image/jpeg': /\.jpe?g$/i,
  'image/png': /\.png$/i,
  'image/webp': /\.webp$/i,
} as const
const usualExtension = { 'image/jpeg': '.jpg', 'image/png': '.png', 'image/webp': '.webp' } as const

function nameFor({ filename, mediaType }: NewPhoto): PhotoName {
  const name = extensions[mediaType].test(filename)
    ? filename
    : filename.replace(/\.[A-Za-z0-9]{1,5}$/, '') + usualExtension[mediaType]
  if (isPhotoName(name)) return name
  throw new PublisherError(
    'invalid_request',
    'This file name cannot be used. Rename the file: no slashes, no control characters, no marks that change the direction of text, no leading dot, at most 255 bytes.',
  )
}
