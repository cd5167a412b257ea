/**
 * A photographer's storage. Each store belongs to one tenant and knows the tenant's paths and credentials. No function
 * accepts a path, so callers cannot reach files outside the tenant's folders.
 */
import type { Folder, PhotoName, SidecarForm, XmpForm } from './photo.ts'
import type { SmallFile } from './sidecar-file.ts'

/**
 * Normalised path of each folder: segments joined by `/`, without `.`, `..` or empty segments. A path has a leading `/`
 * only if the configuration has it too. Only the store reads its paths.
 */
export type StoragePaths = Readonly<Record<Folder, string>>

export interface PhotoEntry {
  name: PhotoName
  /** Bytes. */
  size: number
  modifiedAt: Date
  /**
   * Opaque hash: changes whenever the bytes change, and stays the same for the same bytes under the same name. Stores use
   * an ETag, Dropbox's content_hash or a digest, so compare hashes only within a store.
   */
  contentHash: string
  /** Dropbox's IDs of the file and of its revision, which sidecars on Dropbox contain. Absent in other stores. */
  ofDropbox?: { fileId: string; rev: string }
  /** SHA-256 of the bytes in lower-case hex. Absent unless the store's server tells it. */
  sha256?: string
}

export interface PhotoListing {
  /** Photos, sorted by name in code unit order. */
  photos: PhotoEntry[]
  /** Photos that have a sidecar beside them. Includes all photos that share the sidecar's stem. */
  withSidecar: ReadonlySet<PhotoName>
  /** Photos whose sidecar has their full name. Default: empty. */
  withFullName?: ReadonlySet<PhotoName>
  /** Versions of the sidecar files of the photos in `withSidecar`. Absent: unknown, so the files must be read. */
  sidecarVersions?: ReadonlyMap<PhotoName, SidecarVersions>
  /** XMP files beside the photos of the listing. Lacks photos without XMP files and with a stem of their own. Absent: unknown. */
  xmp?: ReadonlyMap<PhotoName, XmpBeside>
  /** Names of XMP files that are beside no photo of the listing, as {@link xmpKey} spells them. Absent: unknown. */
  strayXmp?: ReadonlySet<string>
  /** True when the folder does not exist. Absent if the folder exists, or if the store has no folders (S3). */
  isFolderMissing?: true
}

/**
 * Versions of the files that may be a photo's sidecar, by form; absent for a missing file. A version changes whenever the bytes
 * change, and equals {@link Sidecar.version} of the file at that time.
 */
export type SidecarVersions = Readonly<Partial<Record<SidecarForm, string>>>

/** XMP files beside a photo, by form, with their versions. Absent members are missing files. */
export interface XmpBeside extends Readonly<Partial<Record<XmpForm, string>>> {
  /** True when another photo or a raw file of the folder has the same stem, so that `x.xmp` may be about that file. */
  isStemShared?: true
}

export interface PhotoContent {
  entry: PhotoEntry
  /** Stream of the original bytes. Read the stream to its end, or cancel it. */
  body: ReadableStream<Uint8Array>
}

export interface TemporaryLink {
  /** URL that needs no sign-in, and is therefore a secret until it expires. */
  url: string
  expiresAt: Date
}

export interface Sidecar {
  text: string
  /** Revision for {@link SidecarFiles.writeSidecar}'s `ifRevision`. */
  revision: string
  /** Version of the file that was read, as a listing tells it. Absent: unknown. */
  version?: string
}

/**
 * A sidecar, or `null` if the photo has no sidecar. `unreadable`: the sidecar exceeds 64 KiB or 500 lines, or has no known encoding
 * (src/ports/sidecar-file.ts). An unreadable sidecar is never shown or rewritten, but is moved and deleted with its photo.
 */
export type SidecarReading = Sidecar | 'unreadable' | null

/** A thumbnail that the store made. Absent or `null`: use the images port. */
export interface NativeThumbnail {
  bytes: Uint8Array
  mediaType: 'image/jpeg' | 'image/webp'
  /** Hash of the photo that was reduced. Absent: the store does not tell it. */
  contentHash?: string
}

export interface ThumbnailBox {
  width: number
  height: number
}

/** Key of a small record below `<root>/.publisher/`: path segments of `[A-Za-z0-9._-]` without a leading dot. */
export type RecordKey = readonly string[]

export interface StoredRecord {
  text: string
  revision: string
}

export interface PhotoStore extends PhotoFiles, SidecarFiles, XmpFiles, RecordFiles, PreviewFiles {
  /** Provider name in the configuration: `dropbox`, `s3`, `managed`, `local` ... */
  readonly provider: string
  /** Set if names that differ only in case are the same file. `sometimes`: depends on the disk. Absent: never. */
  readonly foldsCase?: 'always' | 'sometimes'
  /** True when a temporary link costs a call to the storage. Absent: this process signs links itself. */
  readonly asksForLinks?: true
}

/** The photos of a store. */
export interface PhotoFiles {
  /** Lists the photos directly below the folder. A missing folder is empty. */
  list(folder: Folder): Promise<PhotoListing>
  /** Returns the photo's entry, or `null` if the photo does not exist. */
  stat(folder: Folder, name: PhotoName): Promise<PhotoEntry | null>
  /** Streams the original. Throws `photo_not_found`. */
  read(folder: Folder, name: PhotoName): Promise<PhotoContent>
  /**
   * Creates a link to the original that works for about four hours. The caller has checked that the photo exists: a store that signs
   * links itself does not check again, and other stores throw `photo_not_found`.
   */
  temporaryLink(folder: Folder, name: PhotoName): Promise<TemporaryLink>
  /** Creates a reduced picture, or returns `null` if the store cannot reduce this photo. Throws `photo_not_found`. */
  thumbnail?(
    folder: Folder,
    name: PhotoName,
    box: ThumbnailBox,
    mediaType: NativeThumbnail['mediaType'],
  ): Promise<NativeThumbnail | null>

  /**
   * Stores a new photo and never overwrites: if the name exists, the photo gets a numbered suffix. `size` is the exact
   * number of bytes. Returns the new entry.
   */
  upload(folder: Folder, name: PhotoName, body: ReadableStream<Uint8Array>, size: number): Promise<PhotoEntry>
  /**
   * Moves the photo and its sidecar and never overwrites: if the name exists, both get the same numbered suffix. After an
   * interruption at any point, repeating the call completes the move. Returns the name at the target. Throws
   * `photo_not_found`. `sidecar`, here and below, selects the sidecar by its form, or no sidecar with `null`. Default: `stem`. `xmp` selects
   * the XMP files to take along, with the same guarantees. Default: none. A missing XMP file is not an error.
   */
  move(
    name: PhotoName,
    from: Folder,
    to: Folder,
    sidecar?: SidecarForm | null,
    xmp?: readonly XmpForm[],
  ): Promise<PhotoName>
  /** Deletes photo, sidecar and the selected XMP files permanently, the photo last. Deleting a missing file is not an error. */
  delete(
    folder: Folder,
    name: PhotoName,
    sidecar?: SidecarForm | null,
    xmp?: readonly XmpForm[],
  ): Promise<{ deleted: boolean; sidecarDeleted: boolean }>
}

/** The text files beside the photos of a store. */
export interface SidecarFiles {
  /** Reads the sidecar of a photo. Never reads more than 64 KiB of a larger file. */
  readSidecar(folder: Folder, name: PhotoName, sidecar?: SidecarForm): Promise<SidecarReading>
  /**
   * Replaces or creates the sidecar. With `ifRevision`, throws `sidecar_changed` unless the sidecar is at that revision; `null`
   * means that no sidecar may exist. Throws `sidecar_unreadable` for a text that could not be read again.
   */
  writeSidecar(
    folder: Folder,
    name: PhotoName,
    text: string,
    ifRevision?: string | null,
    sidecar?: SidecarForm,
  ): Promise<void>
}

/** The XMP files beside the photos of a store, which other programs write. */
export interface XmpFiles {
  /** Reads an XMP file of the photo, ended `.xmp` or else `.XMP`. `too_large`: the file exceeds {@link maxXmpBytes}. */
  readXmp(folder: Folder, name: PhotoName, form: XmpForm): Promise<SmallFile | 'too_large' | null>
  /**
   * Replaces the file at this revision, or creates the file if `ifRevision` is `null`. Throws `sidecar_changed` if the file has another
   * revision.
   */
  writeXmp(
    folder: Folder,
    name: PhotoName,
    form: XmpForm,
    bytes: Uint8Array<ArrayBuffer>,
    ifRevision: string | null,
  ): Promise<void>
}

export { maxXmpBytes } from '../base/metadata/limits.ts'

/** The small records that this program keeps in a store. */
export interface RecordFiles {
  /**
   * Creates the record if absent, atomically across all processes: exactly one of many callers gets `true`. Throws
   * `storage_not_atomic` if the store turned out not to be atomic.
   */
  createRecord(key: RecordKey, text: string): Promise<boolean>
  /**
   * Creates the record if absent, as well as this store can: at least one of many callers gets `true`. For records that a claim elsewhere
   * protects (src/ports/claims.ts). Stores that create atomically need not differ from {@link createRecord}.
   */
  addRecord(key: RecordKey, text: string): Promise<boolean>
  /** Returns the record, or `null` if the record is missing. */
  readRecord(key: RecordKey): Promise<StoredRecord | null>
  /** Lists the last segments of the records directly below `folder`, unordered. A missing folder is empty. */
  listRecords(folder: RecordKey): Promise<string[]>
  /** Writes the record and replaces any earlier record. */
  replaceRecord(key: RecordKey, text: string): Promise<void>
  /** Reads a file that the tenant put beside the records, such as a logo. Returns `null` if the file is missing or larger than 8 MB. */
  readOwnFile(key: RecordKey): Promise<Uint8Array<ArrayBuffer> | null>
  /** Deletes the record. A missing record is not an error. */
  deleteRecord(key: RecordKey): Promise<void>
  /** Checks if {@link createRecord} is atomic here, by the documentation of the server or by a probe. */
  canCreateAtomically(): Promise<boolean>
  /** Answers like {@link canCreateAtomically}, or `undefined` if that would probe. Absent: {@link canCreateAtomically} never probes. */
  isKnownAtomic?(): Promise<boolean | undefined>
}

/**
 * The previews and the photo index that this program keeps in a store (preview-files.ts). Folders and files are segments of a
 * {@link RecordKey}. All files may be lost at any time, and are then made again.
 */
export interface PreviewFiles {
  /** Returns the whole file, or `null` if the file is missing or larger than 8 MB. */
  readPreview(folder: string, file: string): Promise<Uint8Array<ArrayBuffer> | null>
  /**
   * Creates or replaces the file; readers never see half a file. Throws `storage_unavailable` if the store allows no writes. A refusal
   * says nothing about the credentials, which may allow only reading.
   */
  writePreview(folder: string, file: string, bytes: Uint8Array): Promise<void>
  /** Lists the folders that have files, unordered. */
  listPreviewFolders(): Promise<string[]>
  /** Deletes a folder with its files. A missing folder is not an error. */
  deletePreviewFolder(folder: string): Promise<void>
}
