/** Operations on single files, each safe to repeat after a lost answer. */
import { type DriveFile, fileFields, fileSchema, folderType } from './answers.ts'
import type { DriveApi, DriveRequest } from './api.ts'
import { DriveRefusal, isRefusal, isRefusedWith } from './errors.ts'
import { driveUrl, uploadUrl } from './hosts.ts'
import type { RecentChanges } from './recent.ts'

/** Description of a file to create. */
export interface NewFile {
  /** ID that Google issued in advance. */
  id: string
  name: string
  parents: readonly string[]
  mimeType: string
}

/** Changes of a file's name and folder. */
export interface Placing {
  name?: string
  /** IDs of the folder to leave and of the folder to enter. */
  from?: readonly string[]
  to?: string
  /** ID of the photo to note at the file. */
  photo?: string
}

/** Files of a Drive, addressed by their IDs. All functions throw the errors of {@link DriveApi}. */
export interface DriveFiles {
  /** Returns the present state of a file, or `null` if it is missing, in the bin, or not accessible. */
  get(id: string): Promise<DriveFile | null>
  /** Streams the bytes. */
  stream(id: string): Promise<ReadableStream<Uint8Array>>
  /** Returns the bytes, `too_large` beyond the limit, or `null` for a missing file. */
  bytesAtMost(id: string, limit: number): Promise<Uint8Array<ArrayBuffer> | 'too_large' | null>
  createFolder(folder: Omit<NewFile, 'mimeType'>): Promise<DriveFile>
  /** Creates a file of at most {@link maxMultipartBytes}. */
  create(file: NewFile, bytes: Uint8Array<ArrayBuffer>): Promise<DriveFile>
  /** Replaces the bytes. Returns `null` for a missing file. */
  replace(id: string, bytes: Uint8Array<ArrayBuffer>, mimeType: string): Promise<DriveFile | null>
  /** Renames a file or moves it in one step. Returns `null` for a missing file. */
  place(id: string, placing: Placing): Promise<DriveFile | null>
  /** Deletes a file for good, or puts it into the bin where only its owner may delete it. Returns false for a missing file. */
  remove(id: string): Promise<boolean>
  /** Returns the file that a repeated creation met: an earlier attempt had created it. Throws the refusal otherwise. */
  createdBefore(error: unknown, id: string): Promise<DriveFile>
}

/** Largest file that goes to Google in one request. */
export const maxMultipartBytes = 5 * 2 ** 20

/** Parameters of every call about a file. Without `supportsAllDrives`, files on shared drives do not exist. */
export const ofFile = { supportsAllDrives: 'true', fields: fileFields }
const url = (id: string) => driveUrl(`files/${id}`)

/** Creates the files of one store. */
export function createDriveFiles(api: DriveApi, changes: () => RecentChanges): DriveFiles {
  async function noted(work: Promise<DriveFile>): Promise<DriveFile> {
    const file = await work
    changes().note(file)
    return file
  }

  async function get(id: string): Promise<DriveFile | null> {
    const file = await api.json(fileSchema, { url: url(id), query: ofFile }).catch(unlessMissing)
    return file && !file.trashed ? file : null
  }

  async function createdBefore(error: unknown, id: string): Promise<DriveFile> {
    if (!isRefusedWith(error, 409)) throw error
    const file = await get(id)
    if (!file) throw error
    changes().note(file)
    return file
  }

  const create = (request: DriveRequest, id: string) =>
    noted(api.json(fileSchema, request)).catch((error: unknown) => createdBefore(error, id))

  return {
    get,
    createdBefore,
    stream: (id) => api.stream({ url: url(id), query: { alt: 'media', supportsAllDrives: 'true' } }),
    bytesAtMost: (id, limit) =>
      api
        .bytesAtMost({ url: url(id), query: { alt: 'media', supportsAllDrives: 'true' } }, limit)
        .catch(unlessMissing),

    createFolder: (folder) =>
      create(
        {
          method: 'POST',
          url: driveUrl('files'),
          query: ofFile,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...folder, mimeType: folderType }),
        },
        folder.id,
      ),

    create: (file, bytes) =>
      create(
        {
          method: 'POST',
          url: uploadUrl('files'),
          query: { ...ofFile, uploadType: 'multipart' },
          ...related(file, bytes),
        },
        file.id,
      ),

    replace: async (id, bytes, mimeType) =>
      noted(
        api.json(fileSchema, {
          method: 'PATCH',
          url: uploadUrl(`files/${id}`),
          query: { ...ofFile, uploadType: 'media' },
          headers: { 'content-type': mimeType },
          body: bytes,
        }),
      ).catch(unlessMissing),

    async place(id, { name, from = [], to, photo }) {
      const moved = to === undefined ? {} : { addParents: to, removeParents: from.join(',') }
      const request: DriveRequest = {
        method: 'PATCH',
        url: url(id),
        query: { ...ofFile, ...moved },
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, ...(photo !== undefined && { appProperties: { photo } }) }),
      }
      try {
        return await noted(api.json(fileSchema, request))
      } catch (error) {
        if (!(error instanceof DriveRefusal)) throw error
        if (isRefusal(error, 'notFound')) return null
        // Drive refuses to move a file where it already is. An earlier attempt or another process may have moved it.
        const file = await get(id)
        const isThere =
          file && (to === undefined || file.parents.includes(to)) && (name ?? file.name) === file.name
        if (!isThere) throw error
        changes().note(file)
        return file
      }
    },

    async remove(id) {
      const isDeleted = await api
        .nothing({ method: 'DELETE', url: url(id), query: { supportsAllDrives: 'true' } })
        .then(
          () => true,
          async (error: unknown) => {
            if (isRefusal(error, 'notFound')) return error.unsettled
            if (!isRefusal(error, 'insufficientFilePermissions')) throw error
            return (await putIntoBin(api, id).catch(unlessMissing)) !== null
          },
        )
      changes().noteRemoval(id)
      return isDeleted
    },
  }
}

function putIntoBin(api: DriveApi, id: string): Promise<DriveFile> {
  return api.json(fileSchema, {
    method: 'PATCH',
    url: url(id),
    query: ofFile,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ trashed: true }),
  })
}

/** Joins description and bytes as `multipart/related`. Google takes no `multipart/form-data`. */
function related(file: NewFile, bytes: Uint8Array<ArrayBuffer>): Pick<DriveRequest, 'headers' | 'body'> {
  const boundary = `part-${crypto.randomUUID()}`
  const head =
    `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(file)}\r\n` +
    `--${boundary}\r\ncontent-type: ${file.mimeType}\r\n\r\n`
  return {
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: new Blob([head, bytes, `\r\n--${boundary}--\r\n`]),
  }
}

function unlessMissing(error: unknown): null {
  if (isRefusal(error, 'notFound')) return null
  throw error
}
