/**
 * Uploads a large file in pieces (https://developers.google.com/workspace/drive/api/guides/manage-uploads). After a lost answer, asks
 * how much has arrived, and goes on from there.
 */

import { piecesOf, wrongSize } from '../../../base/body-pieces.ts'
import { PublisherError } from '../../../base/errors.ts'
import type { DriveFile } from './answers.ts'
import type { DriveApi, DriveRequest } from './api.ts'
import { isRefusedWith, UnsettledError } from './errors.ts'
import { type DriveFiles, type NewFile, ofFile } from './files.ts'
import { uploadUrl } from './hosts.ts'
import type { RecentChanges } from './recent.ts'

export interface UploadTools {
  api: DriveApi
  files: DriveFiles
  changes: RecentChanges
}

/** Bytes of an upload in memory. Google wants a multiple of 256 KiB. */
export const pieceBytes = 8 * 2 ** 20

/** Statuses of a session that goes on, and of a session that has ended. */
const goesOn = 308
const done = [200, 201]
const lost = 'Google Drive has lost this upload. Send the photo again.'

/** Begins the upload of a file of `size` bytes. Returns the address of the session, which is a secret. */
export async function beginUpload({ api }: UploadTools, file: NewFile, size: number): Promise<string> {
  const request: DriveRequest = {
    method: 'POST',
    url: uploadUrl('files'),
    query: { ...ofFile, uploadType: 'resumable' },
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'x-upload-content-type': file.mimeType,
      'x-upload-content-length': String(size),
    },
    body: JSON.stringify(file),
  }
  return api.repeatedly((call) =>
    call(request, async (response) => {
      await response.body?.cancel()
      const location = response.headers.get('location')
      if (location !== null && URL.canParse(location) && api.isOwn(new URL(location))) return location
      throw new UnsettledError(lost, { cause: new Error('the answer has no usable Location') })
    }),
  )
}

/**
 * Sends the body to the session. Throws `invalid_request` if the body does not have `size` bytes, and passes on errors of `body`; nothing is
 * stored then.
 */
export async function sendBody(
  tools: UploadTools,
  session: string,
  id: string,
  body: ReadableStream<Uint8Array>,
  size: number,
): Promise<DriveFile> {
  let offset = 0
  let last = new Uint8Array(0)
  for await (const piece of piecesOf(body, Math.max(1, Math.min(pieceBytes, size)))) {
    const end = offset + piece.length
    if (end > size || (end < size && piece.length < pieceBytes)) throw wrongSize()
    // The last piece completes the file, so it goes out only after the end of the body.
    if (end < size) await sendPiece(tools, session, piece, { offset, size })
    else if (piece.length > 0) last = piece
    offset = end
  }
  if (offset !== size) throw wrongSize()
  await sendPiece(tools, session, last, { offset: size - last.length, size })
  return finished(tools, id)
}

/** Reads the file by its ID, because the last answer may lack fields or be lost. */
async function finished({ files, changes }: UploadTools, id: string): Promise<DriveFile> {
  const file = await files.get(id)
  if (!file) throw new PublisherError('storage_unavailable', lost)
  changes.note(file)
  return file
}

/** Sends a piece, or the rest of it after a lost answer. */
async function sendPiece(
  { api }: UploadTools,
  session: string,
  piece: Uint8Array<ArrayBuffer>,
  { offset, size }: { offset: number; size: number },
): Promise<void> {
  const end = offset + piece.length
  let isSent = false
  const request = (range: string, body: Uint8Array<ArrayBuffer>): DriveRequest => ({
    method: 'PUT',
    url: session,
    headers: { 'content-range': `bytes ${range}/${size}` },
    body,
    accepts: [goesOn],
  })
  try {
    await api.repeatedly(async (call) => {
      let from = offset
      if (isSent) {
        const arrived = await call(request('*', new Uint8Array(0)), arrivedBytes)
        if (arrived === 'all') return
        from = arrived
      }
      isSent = true
      while (from < end) {
        if (from < offset) throw new PublisherError('storage_unavailable', lost)
        const rest = piece.subarray(from - offset)
        const arrived = await call(request(`${from}-${end - 1}`, rest), arrivedBytes)
        if (arrived === 'all') return
        if (arrived <= from) throw new UnsettledError(lost, { cause: new Error('no byte has arrived') })
        from = arrived
      }
    })
  } catch (error) {
    if (!isRefusedWith(error, 404, 410)) throw error
    throw new PublisherError('storage_unavailable', lost, { cause: error })
  }
}

async function arrivedBytes(response: Response): Promise<number | 'all'> {
  await response.body?.cancel()
  if (done.includes(response.status)) return 'all'
  const last = /^bytes=0-(\d{1,15})$/.exec(response.headers.get('range') ?? '')?.[1]
  return last === undefined ? 0 : Number(last) + 1
}
