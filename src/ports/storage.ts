/**
 * A photographer's storage. One store is one tenant's: it knows the tenant's paths and credentials, and no function
 * takes a path, so a caller cannot name anything outside.
 */
import type { Folder, PhotoName, SidecarForm } from './photo.ts'

/**
 * One normalised path per folder: segments joined by `/`, no `.`, `..` or empty ones, a leading `/` only where the
 * configuration has one. Only the store that owns them reads them.
 */
export type StoragePaths = Readonly<Record<Folder, string>>

export interface PhotoEntry {
  name: PhotoName
  /** Bytes. */
  size: number
  modifiedAt: Date
  /**
   * Changes whenever the bytes do; the same for the same bytes at the same name. Opaque: stores differ in what they
   * have (an ETag, Dropbox's content_hash, a digest), so compare it only within one store.
   */
  contentHash: string
  /** Dropbox's own names of the file and of its content, which its sidecars carry. Absent in other stores. */
  ofDropbox?: { fileId: string; rev: string }
}

export interface PhotoListing {
  /** Sorted by name, in code unit order. */
  photos: PhotoEntry[]
  /** Names of the photos that have a sidecar beside them; of photos that share a stem, all. */
  withSidecar: ReadonlySet<PhotoName>
  /** Those of them whose sidecar has their full name. Default: none. */
  withFullName?: ReadonlySet<PhotoName>
  /** The folder does not exist. Absent where it does, or where the store has no folders (S3). */
  isFolderMissing?: true
}

export interface PhotoContent {
  entry: PhotoEntry
  /** The original bytes as they arrive. Read it to the end or cancel it. */
  body: ReadableStream<Uint8Array>
}

export interface TemporaryLink {
  /** Readable by whoever holds it, without further proof: a secret until it expires. */
  url: string
  expiresAt: Date
}

export interface Sidecar {
  text: string
  /** For {@link SidecarFiles.writeSidecar}'s `ifRevision`. */
  revision: string
}

/**
 * `null`: the photo has no sidecar. `unreadable`: it has one of more than 64 KiB or 500 lines, or of no known encoding (src/ports/sidecar-file.ts), which is
 * never shown or rewritten, but moves and goes with its photo.
 */
export type SidecarReading = Sidecar | 'unreadable' | null

/** What the store itself can shrink. Absent or `null`: use the images port. */
export interface NativeThumbnail {
  bytes: Uint8Array
  mediaType: 'image/jpeg' | 'image/webp'
}

export interface ThumbnailBox {
  width: number
  height: number
}

/** Where a small record lives below `<root>/.publisher/`: path segments of `[A-Za-z0-9._-]`, none starting with a dot. */
export type RecordKey = readonly string[]

export interface StoredRecord {
  text: string
  revision: string
}

export interface PhotoStore extends PhotoFiles, SidecarFiles, RecordFiles {
  /** `dropbox`, `s3`, `managed`, `local` ... as the configuration names it. */
  readonly provider: string
  /** Names that differ in case only are one file. `sometimes`: the disk decides. Absent: they are two files. */
  readonly foldsCase?: 'always' | 'sometimes'
}

/** The photos of a store. */
export interface PhotoFiles {
  /** Photos directly below the folder. A folder that does not exist is empty. */
  list(folder: Folder): Promise<PhotoListing>
  /** `null` where there is no such photo. */
  stat(folder: Folder, name: PhotoName): Promise<PhotoEntry | null>
  /** Streams the original. Throws `photo_not_found`. */
  read(folder: Folder, name: PhotoName): Promise<PhotoContent>
  /** A link to the original that works for about four hours. Throws `photo_not_found`. */
  temporaryLink(folder: Folder, name: PhotoName): Promise<TemporaryLink>
  /** A reduced picture made by the store, `null` where it cannot for this photo. Throws `photo_not_found`. */
  thumbnail?(
    folder: Folder,
    name: PhotoName,
    box: ThumbnailBox,
    mediaType: NativeThumbnail['mediaType'],
  ): Promise<NativeThumbnail | null>

  /**
   * Stores a new photo and never overwrites: a taken name gets a numbered suffix. `size` is the exact number of bytes.
   * Gives the entry under the name that it got.
   */
  upload(folder: Folder, name: PhotoName, body: ReadableStream<Uint8Array>, size: number): Promise<PhotoEntry>
  /**
   * Moves the photo together with its sidecar and never overwrites: a taken name gets a numbered suffix, the same for
   * both. Repeating it after an interruption at any point completes the move. Gives the name at the target.
   * Throws `photo_not_found`. `sidecar`, here and below: which file goes along; `null`: none. Default: the one of the stem.
   */
  move(name: PhotoName, from: Folder, to: Folder, sidecar?: SidecarForm | null): Promise<PhotoName>
  /** Deletes photo and sidecar for good. Deleting what is not there is no error. */
  delete(
    folder: Folder,
    name: PhotoName,
    sidecar?: SidecarForm | null,
  ): Promise<{ deleted: boolean; sidecarDeleted: boolean }>
}

/** The text files beside the photos of a store. */
export interface SidecarFiles {
  /** Reads no more than 64 KiB of a file of any size. */
  readSidecar(folder: Folder, name: PhotoName, sidecar?: SidecarForm): Promise<SidecarReading>
  /**
   * Replaces or creates the sidecar. With `ifRevision` only while it is still at that revision (`null`: while there is
   * none), else throws `sidecar_changed`. Throws `sidecar_unreadable` for a text that could not be read again.
   */
  writeSidecar(
    folder: Folder,
    name: PhotoName,
    text: string,
    ifRevision?: string | null,
    sidecar?: SidecarForm,
  ): Promise<void>
}

/** The small records that this program keeps in a store. */
export interface RecordFiles {
  /**
   * Creates the record if there is none, atomically over all processes: exactly one of many callers gets `true`.
   * Throws `storage_not_atomic` where the store turned out not to guarantee that.
   */
  createRecord(key: RecordKey, text: string): Promise<boolean>
  readRecord(key: RecordKey): Promise<StoredRecord | null>
  /** Last segments of the records directly below `folder`, in no order. Empty for a folder that does not exist. */
  listRecords(folder: RecordKey): Promise<string[]>
  /** Writes the record whatever there was. */
  replaceRecord(key: RecordKey, text: string): Promise<void>
  deleteRecord(key: RecordKey): Promise<void>
  /** Tells if {@link createRecord} can be trusted here: by the documentation of the server, or by one probe per process. */
  canCreateAtomically(): Promise<boolean>
}
