/**
 * Moves a photo with its sidecar. S3 has no rename, so a move has these steps:
 * 1. reserve the new name
 * 2. copy the sidecar
 * 3. copy the photo onto the reservation
 * 4. delete the old sidecar
 * 5. delete the old photo
 *
 * The source stays complete until the copies are, and the copies name their source in their metadata. So repeating an interrupted move
 * completes it. docs/storage-moves.md has the steps as a table.
 */
import { sha256Hex } from '../../../base/hex.ts'
import {
  type Folder,
  mediaType,
  numberedNames,
  type PhotoName,
  type SidecarForm,
} from '../../../ports/photo.ts'
import { photoNotFound, sidecarChanged, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import { storageUnavailable } from './errors.ts'
import type { CreateExclusively } from './exclusive.ts'
import type { ObjectHead } from './object-reads.ts'
import type { S3Objects } from './objects.ts'
import { type ReservationTools, reservationOf, reserve } from './reservations.ts'

/** Metadata of a copy, with the identity of its source. */
const movedFrom = 'publisher-moved-from'

interface Source {
  photo: { key: string; head: ObjectHead }
  sidecar: { key: string; head: ObjectHead } | null
  /** Hash of key and content: different for every photo and every version of a photo. */
  identity: string
}

interface Target {
  photo: string
  sidecar: string
}

/**
 * Moves the photo. Returns its name at the target. Throws `photo_not_found`, and `sidecar_changed` if the caption was edited during
 * the move.
 */
export async function movePhoto(
  { objects, keys, create }: ReservationTools,
  name: PhotoName,
  from: Folder,
  to: Folder,
  sidecar: SidecarForm | null,
): Promise<PhotoName> {
  const form = sidecar ?? undefined
  const source = await readSource(objects, keys.photo(from, name), sidecar && keys.sidecar(from, name, form))
  for (const numbered of numberedNames(name)) {
    const target = { photo: keys.photo(to, numbered), sidecar: keys.sidecar(to, numbered, form) }
    const state = await claim(objects, create, source, target)
    if (state === 'taken') continue
    if (state === 'reserved') await copyPhoto(objects, source, target, name)
    if (source.sidecar) await objects.delete(source.sidecar.key)
    await objects.delete(source.photo.key)
    return numbered
  }
  throw tooManyOfThisName()
}

async function readSource(objects: S3Objects, photoKey: string, sidecarKey: string | null): Promise<Source> {
  const [photo, sidecar] = await Promise.all([
    objects.head(photoKey),
    sidecarKey === null ? null : objects.head(sidecarKey),
  ])
  if (!photo || reservationOf(photo) !== null) throw photoNotFound()
  return {
    photo: { key: photoKey, head: photo },
    sidecar: sidecarKey !== null && sidecar ? { key: sidecarKey, head: sidecar } : null,
    identity: await sha256Hex(`${photoKey}\n${photo.etag}\n${photo.size}`),
  }
}

type Claim = 'taken' | 'reserved' | 'copied'

/** Claims the target. `reserved`: the photo must still be copied. `copied`: an earlier attempt or another process has copied the photo. */
async function claim(
  objects: S3Objects,
  create: CreateExclusively,
  source: Source,
  target: Target,
): Promise<Claim> {
  const [photo, sidecar] = await Promise.all([objects.head(target.photo), objects.head(target.sidecar)])
  const found = photo && claimOf(photo, source)
  if (found === 'taken' || found === 'copied') return found
  // A sidecar without its photo is not adopted. It may belong to a photo with another extension, or to no photo.
  if (!found && sidecar && sidecar.metadata[movedFrom] !== source.identity) return 'taken'
  const reserved = await reserve(create, target.photo, source.identity)
  if (reserved === 'contested')
    throw storageUnavailable(new Error('Another process has not finished with this name.'))
  if (reserved === 'taken') {
    // Another process was faster, and may have moved this very photo.
    const winner = await objects.head(target.photo)
    return winner && claimOf(winner, source) === 'copied' ? 'copied' : 'taken'
  }
  if (source.sidecar) {
    const { key, head } = source.sidecar
    const type = head.contentType ?? 'text/plain'
    const copied = await copyOf(objects, key, target.sidecar, head, type, source.identity)
    // Source gone: another process is finishing this move. Source still there: it was edited, and step 4 would delete the edit.
    if (!copied && (await objects.head(key))) throw sidecarChanged()
  }
  return 'reserved'
}

function claimOf(photo: ObjectHead, { identity }: Source): Claim {
  if (photo.metadata[movedFrom] === identity) return 'copied'
  return reservationOf(photo) === identity ? 'reserved' : 'taken'
}

async function copyPhoto(objects: S3Objects, source: Source, target: Target, name: PhotoName): Promise<void> {
  const { key, head } = source.photo
  const copied = await copyOf(
    objects,
    key,
    target.photo,
    head,
    head.contentType ?? mediaType(name),
    source.identity,
  )
  const arrived = await objects.head(target.photo)
  if (arrived?.metadata[movedFrom] === source.identity && arrived.size === head.size) return
  // Another process has finished the same move, or the photo has changed. Throws before the source is deleted.
  throw copied ? storageUnavailable(new Error('The copy does not match its source.')) : photoNotFound()
}

function copyOf(
  objects: S3Objects,
  from: string,
  to: string,
  head: ObjectHead,
  contentType: string,
  identity: string,
) {
  const metadata = { ...head.metadata, [movedFrom]: identity }
  return objects.copy(from, to, { sourceEtag: head.etag, contentType, metadata })
}
