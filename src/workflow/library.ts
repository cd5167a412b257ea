/** The library: what an admin sees of a folder's files, and how new photos get in. */
import { PublisherError } from '../base/errors.ts'
import { type Folder, isPhotoName, type PhotoName } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'
import type { DigestTools } from './content-digest.ts'
import { foldName } from './name-search.ts'
import { checkNewPhoto, type NewPhoto, type NewPhotoTools, type ReceivedFile, streamOf } from './new-photo.ts'
import { findSamePhoto, type KnownPhotos, type LocatedPhoto } from './same-photo.ts'

export const librarySorts = ['name', 'size', 'last_modified'] as const

export interface LibraryOrder {
  sort: (typeof librarySorts)[number]
  order: 'asc' | 'desc'
}

/** Place of a photo in a listing, also of a photo that is gone by now. */
export type LibraryMark = Pick<PhotoEntry, 'name' | 'size' | 'modifiedAt'>

export interface LibraryQuery extends LibraryOrder {
  folder: Folder
  /** What names begin with. */
  prefix: string
  /** What names contain, whatever the case and the accents. */
  search: string
  /** Begins behind this photo. Photos that are added or removed in the meantime shift nothing. */
  after?: LibraryMark
  offset: number
  limit: number
}

export interface LibraryPage {
  photos: PhotoEntry[]
  /** How many there are in all. */
  total: number
  /** Last photo of this page, where another page follows. */
  end: LibraryMark | null
  /** The folder does not exist. */
  isFolderMissing: boolean
}

/** One page of a folder's photos. */
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

/** The photos sorted; where the sort says nothing, the name decides. */
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

export interface UploadTools extends NewPhotoTools, DigestTools {
  known: KnownPhotos
}

/**
 * Takes a new photo into the root folder, under its own name or that name with a number. What it is, is read from its content;
 * an extension that says otherwise is corrected. Throws what {@link checkNewPhoto} does, `invalid_request` for its name, and
 * `already_here` where duplicates are refused and a photo of any folder has the same bytes.
 */
export async function addPhoto(
  tools: UploadTools,
  file: ReceivedFile,
  duplicates: 'keep' | 'refuse',
): Promise<PhotoEntry> {
  const { store, known } = tools
  const photo = await checkNewPhoto(tools, file)
  const name = nameFor(photo)
  const same = duplicates === 'refuse' ? await findSamePhoto(tools, known, photo) : null
  if (same) throw alreadyHere(same)
  const entry = await store.upload('root', name, streamOf(photo), photo.size)
  known.add(store, { folder: 'root', entry })
  return entry
}

function alreadyHere({ folder, entry }: LocatedPhoto): PublisherError {
  const key = keyOf(folder, entry.name)
  return new PublisherError('already_here', `This photo is here already, as ${key}. Nothing was stored.`, {
    existing: { folder, key },
  })
}

/** A photo in the root is called by its name alone, one elsewhere by folder and name: `archive/dusk.jpg`. */
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
