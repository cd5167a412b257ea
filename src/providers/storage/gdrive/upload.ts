/** Stores a new photo under the first free numbered name. */

import { wholeOf } from '../../../base/body-pieces.ts'
import { mediaType, numberedNames, type PhotoName, sidecarName } from '../../../ports/photo.ts'
import { photoNotFound, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import type { DriveFile } from './answers.ts'
import { mayKeepName } from './arrival.ts'
import { isRefusedWith } from './errors.ts'
import { maxMultipartBytes } from './files.ts'
import { beginUpload, sendBody } from './resumable.ts'
import type { WriteTools } from './writes.ts'

/**
 * Uploads into a folder. A name is free if neither a photo nor a sidecar has it, because the photo must not adopt a caption that was
 * already there. Throws `invalid_request` if the body does not have `size` bytes, and passes on errors of `body`; nothing is stored then.
 */
export async function uploadPhoto(
  tools: WriteTools,
  path: string,
  name: PhotoName,
  body: ReadableStream<Uint8Array>,
  size: number,
): Promise<{ name: PhotoName; file: DriveFile }> {
  const { files, lookup } = tools
  let photo: DriveFile | null = null
  for (const target of numberedNames(name)) {
    const inTheWay = await lookup.named(path, [target, sidecarName(target)])
    if (inTheWay.some(({ id }) => id !== photo?.id)) continue
    photo = photo
      ? await files.place(photo.id, { name: target })
      : await store(tools, path, target, body, size)
    if (!photo) throw photoNotFound()
    if (await mayKeepName(tools, path, photo)) {
      lookup.remember(path, target, photo.id)
      return { name: target, file: photo }
    }
  }
  throw tooManyOfThisName()
}

async function store(
  tools: WriteTools,
  path: string,
  name: PhotoName,
  body: ReadableStream<Uint8Array>,
  size: number,
): Promise<DriveFile> {
  const { files, folders, newId } = tools
  const isSmall = size <= maxMultipartBytes
  const bytes = isSmall ? await wholeOf(body, size) : null
  const id = await newId()
  const file = { id, name, mimeType: mediaType(name) }
  if (bytes) return folders.writeTo(path, (parent) => files.create({ ...file, parents: [parent] }, bytes))
  const session = await folders.writeTo(path, (parent) =>
    beginUpload(tools, { ...file, parents: [parent] }, size),
  )
  return sendBody(tools, session, id, body, size).catch((error: unknown) => {
    if (!isRefusedWith(error, 409)) throw error
    return files.createdBefore(error, id)
  })
}
