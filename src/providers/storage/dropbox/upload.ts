/**
 * Stores a new photo. A photo up to the size of a piece needs one call. A larger photo goes into an upload session first and gets
 * its name last. A stream can be sent only once, and the name may turn out to be taken. A piece of a session can be sent again after
 * a lost answer.
 */

import { piecesOf, wholeOf, wrongSize } from '../../../base/body-pieces.ts'
import { numberedNames, type PhotoName, sidecarName } from '../../../ports/photo.ts'
import { tooManyOfThisName } from '../../../ports/storage-errors.ts'
import { type DropboxFile, fileSchema, nothingSchema, uploadSessionSchema } from './answers.ts'
import type { DropboxApi } from './api.ts'
import { blockDigests, blockSize, combineDigests, contentHash } from './content-hash.ts'
import { isRefusal } from './errors.ts'
import type { DropboxFiles } from './files.ts'

/** Bytes of an upload in memory. A multiple of the block size, so that the content hash can be computed from the pieces. */
const pieceBytes = 2 * blockSize

/** Photo that is in no folder yet: in an upload session, or in memory if it is small. */
type NamelessPhoto = { contentHash: string } & (
  | { sessionId: string; size: number }
  | { contents: Uint8Array<ArrayBuffer> }
)

/**
 * Uploads into the folder with this full path, under the first free numbered name. A name is free if neither a photo nor a sidecar has
 * it, because the photo must not adopt a caption that was already there.
 * Throws `invalid_request` if the body does not have `size` bytes, and passes on errors of `body`; nothing is stored then.
 */
export async function uploadPhoto(
  api: DropboxApi,
  files: DropboxFiles,
  folder: string,
  name: PhotoName,
  body: ReadableStream<Uint8Array>,
  size: number,
): Promise<DropboxFile> {
  const nameless = size > pieceBytes ? await send(api, body, size) : await keep(body, size)
  for (const target of numberedNames(name)) {
    const path = `${folder}/${target}`
    const [photo, sidecar] = await Promise.all([
      files.find(path),
      files.find(`${folder}/${sidecarName(target)}`),
    ])
    const stored = photo || sidecar ? null : await give(api, files, nameless, path)
    if (stored) return stored
  }
  throw tooManyOfThisName()
}

/** Stores the photo at the path. Returns `null` if the path is taken. */
async function give(
  api: DropboxApi,
  files: DropboxFiles,
  nameless: NamelessPhoto,
  path: string,
): Promise<DropboxFile | null> {
  const commit = { path, mode: { '.tag': 'add' } as const, autorename: false, strict_conflict: true }
  try {
    return await api.write(fileSchema, (sdk, options) => {
      if ('contents' in nameless) {
        const { contents, contentHash: content_hash } = nameless
        return sdk.filesUpload({ ...commit, contents, content_hash }, options)
      }
      const cursor = { session_id: nameless.sessionId, offset: nameless.size }
      return sdk.filesUploadSessionFinish({ cursor, commit }, options)
    })
  } catch (error) {
    if (!isRefusal(error, 'path/conflict', 'lookup_failed')) throw error
    // An earlier attempt without an answer may have stored the photo and closed the session.
    const there = error.unsettled ? await files.findFile(path) : null
    if (there?.content_hash === nameless.contentHash) return there
    if (isRefusal(error, 'path/conflict')) return null
    throw error
  }
}

async function keep(body: ReadableStream<Uint8Array>, size: number): Promise<NamelessPhoto> {
  const contents = await wholeOf(body, size)
  return { contents, contentHash: await contentHash(contents) }
}

async function send(api: DropboxApi, body: ReadableStream<Uint8Array>, size: number): Promise<NamelessPhoto> {
  const digests: Uint8Array[] = []
  let sessionId: string | undefined
  let offset = 0
  for await (const contents of piecesOf(body, Math.max(1, Math.min(pieceBytes, size)))) {
    if (offset + contents.length > size) throw wrongSize()
    const ofPiece = await blockDigests(contents)
    const content_hash = await combineDigests(ofPiece)
    if (sessionId === undefined) sessionId = await start(api, contents, content_hash)
    else await append(api, { session_id: sessionId, offset }, contents, content_hash)
    digests.push(...ofPiece)
    offset += contents.length
  }
  if (sessionId === undefined || offset !== size) throw wrongSize()
  return { sessionId, size, contentHash: await combineDigests(digests) }
}

async function start(api: DropboxApi, contents: Uint8Array, content_hash: string): Promise<string> {
  const argument = { contents, content_hash }
  const session = await api.read(uploadSessionSchema, (sdk, options) =>
    sdk.filesUploadSessionStart(argument, options),
  )
  return session.session_id
}

async function append(
  api: DropboxApi,
  cursor: { session_id: string; offset: number },
  contents: Uint8Array,
  content_hash: string,
): Promise<void> {
  const argument = { cursor, contents, content_hash }
  try {
    await api.read(nothingSchema, (sdk, options) => sdk.filesUploadSessionAppendV2(argument, options))
  } catch (error) {
    // Dropbox already has this piece: only the answer was lost.
    const arrived =
      isRefusal(error, 'incorrect_offset') && error.correctOffset === cursor.offset + contents.length
    if (!arrived) throw error
  }
}
