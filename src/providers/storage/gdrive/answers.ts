/** Schemas of Google Drive's answers, without unused fields. */
import { z } from 'zod'

export const folderType = 'application/vnd.google-apps.folder'
/** Beginning of the types of files without bytes: folders, shortcuts, and documents of Google's own apps. */
const bytelessType = 'application/vnd.google-apps.'

/** An integer of 64 bits, which Google sends as text. */
const int64 = z.string().regex(/^\d{1,20}$/)
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))
export const fileId = z.string().regex(/^[\w-]{1,200}$/)

/** Fields of a file to ask for. Drive sends only its name and type otherwise. */
export const fileFields =
  'id,name,mimeType,size,md5Checksum,sha256Checksum,modifiedTime,createdTime,parents,trashed,headRevisionId,version,appProperties'

export const fileSchema = z.object({
  id: fileId,
  name: z.string(),
  mimeType: z.string(),
  size: int64.transform(Number).optional(),
  md5Checksum: hex(32).optional().catch(undefined),
  sha256Checksum: hex(64).optional().catch(undefined),
  modifiedTime: time,
  createdTime: time,
  /** Absent in a folder that was shared, whose place the account cannot see. */
  parents: z.array(fileId).default([]),
  trashed: z.boolean().default(false),
  headRevisionId: z.string().min(1).optional(),
  version: int64.default('0'),
  /** Notes of this program at a file. `photo`: ID of the photo that a text file was moved for. */
  appProperties: z
    .object({ photo: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** A file or folder of a Drive. */
export type DriveFile = z.output<typeof fileSchema>

export const pageSchema = z.object({
  nextPageToken: z.string().min(1).optional(),
  incompleteSearch: z.boolean().default(false),
  files: z.array(fileSchema),
})
export const idsSchema = z.object({ ids: z.array(fileId).min(1) })
export const drivesSchema = z.object({
  nextPageToken: z.string().min(1).optional(),
  drives: z.array(z.object({ id: fileId, name: z.string() })),
})
export const idSchema = z.object({ id: fileId })
export const thumbnailSchema = z.object({ thumbnailLink: z.url().optional().catch(undefined) })

/** Answer with an access token. Allows only characters that a header may contain: the error of `fetch` would quote an invalid header. */
export const tokenSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive(),
})

/** Checks if the file has bytes. */
export function hasBytes({ mimeType }: DriveFile): boolean {
  return !mimeType.startsWith(bytelessType)
}

/** Returns the size in bytes. Drive tells no size for some files. */
export function sizeOf({ size = 0 }: DriveFile): number {
  return size
}

/** Returns a hash of the bytes. Very old files have no digest: their version changes with the bytes, and with much else. */
export function contentHashOf({ sha256Checksum, md5Checksum, id, version }: DriveFile): string {
  return sha256Checksum ?? md5Checksum ?? `${id}-${version}`
}

/** Returns the revision of the bytes, which changes with every write. */
export function revisionOf(file: DriveFile): string {
  return file.headRevisionId ?? contentHashOf(file)
}

/** Orders files of one name: the oldest first, the same in every process. */
export function byAge(one: DriveFile, other: DriveFile): number {
  const difference = one.createdTime.getTime() - other.createdTime.getTime()
  return difference || (one.id < other.id ? -1 : 1)
}

/** Compares two versions of a file, which are integers that may exceed a number. */
export function isAtLeast(version: string, other: string): boolean {
  return BigInt(version) >= BigInt(other)
}
