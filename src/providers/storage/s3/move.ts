/**
 * Moves a photo with its sidecar and XMP files, its companions. S3 has no rename, so a move has these steps:
 * 1. reserve the new name
 * 2. copy the companions
 * 3. copy the photo onto the reservation
 * 4. delete the old companions
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
  type XmpForm,
} from '../../../ports/photo.ts'
import { photoNotFound, sidecarChanged, tooManyOfThisName } from '../../../ports/storage-errors.ts'
import { storageUnavailable } from './errors.ts'
import type { CreateExclusively } from './exclusive.ts'
import type { ObjectHead } from './object-reads.ts'
import type { S3Objects } from './objects.ts'
import { type ReservationTools, reservationOf, reserve } from './reservations.ts'

/** Metadata of a copy, with the identity of its source. */
const movedFrom = 'publisher-moved-from'

export interface S3Move {
  from: Folder
  to: Folder
  sidecar: SidecarForm | null
  xmp: readonly XmpForm[]
}

interface SourceObject {
  key: string
  head: ObjectHead
}

/** An object that goes with the photo: its sidecar or an XMP file. */
interface Companion {
  /** `null`: the object is missing. */
  source: SourceObject | null
  /** Returns the object's key in the target folder beside a photo of this name. */
  target(named: PhotoName): string
}

interface Source {
  photo: SourceObject
  companions: readonly Companion[]
  /** Hash of key and content: different for every photo and every version of a photo. */
  identity: string
}

interface Target {
  photo: string
  companions: readonly { source: SourceObject | null; key: string }[]
}

/**
 * Moves the photo. Returns its name at the target. Throws `photo_not_found`, and `sidecar_changed` if the caption or an XMP file was edited
 * during the move.
 */
export async function movePhoto(
  { objects, keys, create }: ReservationTools,
  name: PhotoName,
  move: S3Move,
): Promise<PhotoName> {
  const source = await readSource({ objects, keys }, name, move)
  for (const numbered of numberedNames(name)) {
    const target = {
      photo: keys.photo(move.to, numbered),
      companions: source.companions.map((companion) => ({
        source: companion.source,
        key: companion.target(numbered),
      })),
    }
    const state = await claim(objects, create, source, target)
    if (state === 'taken') continue
    if (state === 'reserved') await copyPhoto(objects, source, target, name)
    for (const companion of source.companions)
      if (companion.source) await objects.delete(companion.source.key)
    await objects.delete(source.photo.key)
    return numbered
  }
  throw tooManyOfThisName()
}

async function readSource(
  { objects, keys }: Pick<ReservationTools, 'objects' | 'keys'>,
  name: PhotoName,
  { from, to, sidecar, xmp }: S3Move,
): Promise<Source> {
  const key = keys.photo(from, name)
  const find = async (at: string): Promise<SourceObject | null> => {
    const head = await objects.head(at)
    return head && { key: at, head }
  }
  const sidecarOf = async (): Promise<Companion> => ({
    source: sidecar && (await find(keys.sidecar(from, name, sidecar))),
    target: (named) => keys.sidecar(to, named, sidecar ?? undefined),
  })
  const xmpOf = async (form: XmpForm): Promise<Companion> => {
    const [usual, capital] = keys.xmp(from, name, form)
    const source = (await find(usual)) ?? (await find(capital))
    return { source, target: (named) => keys.xmp(to, named, form)[source?.key === capital ? 1 : 0] }
  }
  const [photo, ...companions] = await Promise.all([find(key), sidecarOf(), ...xmp.map(xmpOf)])
  if (!photo || reservationOf(photo.head) !== null) throw photoNotFound()
  return { photo, companions, identity: await sha256Hex(`${key}\n${photo.head.etag}\n${photo.head.size}`) }
}

type Claim = 'taken' | 'reserved' | 'copied'

/** Claims the target. `reserved`: the photo must still be copied. `copied`: an earlier attempt or another process has copied the photo. */
async function claim(
  objects: S3Objects,
  create: CreateExclusively,
  source: Source,
  target: Target,
): Promise<Claim> {
  const [photo, ...companions] = await Promise.all([
    objects.head(target.photo),
    ...target.companions.map(({ key }) => objects.head(key)),
  ])
  const found = photo && claimOf(photo, source)
  if (found === 'taken' || found === 'copied') return found
  // A sidecar without its photo is not adopted. It may belong to a photo with another extension, or to no photo.
  const isForeign = (head: ObjectHead | null) => head !== null && head.metadata[movedFrom] !== source.identity
  if (!found && companions.some(isForeign)) return 'taken'
  const reserved = await reserve(create, target.photo, source.identity)
  if (reserved === 'contested')
    throw storageUnavailable(new Error('Another process has not finished with this name.'))
  if (reserved === 'taken') {
    // Another process was faster, and may have moved this very photo.
    const winner = await objects.head(target.photo)
    return winner && claimOf(winner, source) === 'copied' ? 'copied' : 'taken'
  }
  for (const companion of target.companions) await copyCompanion(objects, source, companion)
  return 'reserved'
}

async function copyCompanion(
  objects: S3Objects,
  { identity }: Source,
  { source, key }: Target['companions'][number],
): Promise<void> {
  if (!source) return
  const type = source.head.contentType ?? 'text/plain'
  const copied = await copyOf(objects, source.key, key, source.head, type, identity)
  // Source gone: another process is finishing this move. Source still there: it was edited, and step 4 would delete the edit.
  if (!copied && (await objects.head(source.key))) throw sidecarChanged()
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
