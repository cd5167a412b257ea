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

const json = { 'content-type': 'application/json' }

/** Creates the files of one store. `changes` returns the memory of changes, which in turn reads files. */
export function createDriveFiles(api: DriveApi, changes: () => RecentChanges): DriveFiles {
  const reads = createReads(api)
  return { ...reads, ...createCreations(api, reads.get, changes), ...createChanges(api, reads.get, changes) }
}

type Get = DriveFiles['get']

function createReads(api: DriveApi): Pick<DriveFiles, 'get' | 'stream' | 'bytesAtMost'> {
  const content = (id: string) => ({ url: url(id), query: { alt: 'media', supportsAllDrives: 'true' } })
  return {
    async get(id) {
      const file = await api.json(fileSchema, { url: url(id), query: ofFile }).catch(unlessMissing)
      return file && !file.trashed ? file : null
    },
    stream: (id) => api.stream(content(id)),
    bytesAtMost: (id, limit) => api.bytesAtMost(content(id), limit).catch(unlessMissing),
  }
}

function createCreations(
  api: DriveApi,
  get: Get,
  changes: () => RecentChanges,
): Pick<DriveFiles, 'createFolder' | 'create' | 'createdBefore'> {
  async function createdBefore(error: unknown, id: string): Promise<DriveFile> {
    if (!isRefusedWith(error, 409)) throw error
    const file = await get(id)
    if (!file) throw error
    changes().note(file)
    return file
  }

  async function create(request: DriveRequest, id: string): Promise<DriveFile> {
    try {
      const file = await api.json(fileSchema, request)
      changes().note(file)
      return file
    } catch (error) {
      return createdBefore(error, id)
    }
  }

  return {
    createdBefore,
    createFolder(folder) {
      const body = JSON.stringify({ ...folder, mimeType: folderType })
      const request: DriveRequest = {
        method: 'POST',
        url: driveUrl('files'),
        query: ofFile,
        headers: json,
        body,
      }
      return create(request, folder.id)
    },
    create(file, bytes) {
      const query = { ...ofFile, uploadType: 'multipart' }
      return create({ method: 'POST', url: uploadUrl('files'), query, ...related(file, bytes) }, file.id)
    },
  }
}

function createChanges(
  api: DriveApi,
  get: Get,
  changes: () => RecentChanges,
): Pick<DriveFiles, 'replace' | 'place' | 'remove'> {
  async function noted(work: Promise<DriveFile>): Promise<DriveFile> {
    const file = await work
    changes().note(file)
    return file
  }

  return {
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
      const body = JSON.stringify({ name, ...(photo !== undefined && { appProperties: { photo } }) })
      const query = { ...ofFile, ...moved }
      try {
        return await noted(
          api.json(fileSchema, { method: 'PATCH', url: url(id), query, headers: json, body }),
        )
      } catch (error) {
        if (!(error instanceof DriveRefusal)) throw error
        if (isRefusal(error, 'notFound')) return null
        // Drive refuses to move a file where it already is. An earlier attempt or another process may have moved it.
        const file = await get(id)
        const hasName = file !== null && (name ?? file.name) === file.name
        if (!hasName || (to !== undefined && !file.parents.includes(to))) throw error
        changes().note(file)
        return file
      }
    },

    async remove(id) {
      const isDeleted = await deleteFile(api, id)
      changes().noteRemoval(id)
      return isDeleted
    },
  }
}

async function deleteFile(api: DriveApi, id: string): Promise<boolean> {
  try {
    await api.nothing({ method: 'DELETE', url: url(id), query: { supportsAllDrives: 'true' } })
    return true
  } catch (error) {
    if (isRefusal(error, 'notFound')) return error.unsettled
    if (!isRefusal(error, 'insufficientFilePermissions')) throw error
    return (await putIntoBin(api, id).catch(unlessMissing)) !== null
  }
}

function putIntoBin(api: DriveApi, id: string): Promise<DriveFile> {
  return api.json(fileSchema, {
    method: 'PATCH',
    url: url(id),
    query: ofFile,
    headers: json,
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
