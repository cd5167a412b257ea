/**
 * Reserves a name before its photo arrives, by a small marker object that only one process can create (`If-None-Match: *`). Other
 * processes try the next number. The owner of the marker keeps the name, so that an interrupted move can continue.
 */
import { type Folder, numberedNames, type PhotoName } from '../../../ports/photo.ts'
import { tooManyOfThisName } from '../../../ports/storage-errors.ts'
import type { CreateExclusively, CreationOutcome } from './exclusive.ts'
import type { Keys } from './keys.ts'
import type { ObjectHead } from './object-reads.ts'
import type { S3Objects } from './objects.ts'
import type { ListedObject } from './xml.ts'

/** Metadata of the marker, with the owner of the reservation as value. */
const reservedFor = 'publisher-reserved-for'
const body = 'Reserved for a photo that is on its way here.\n'
/** Upper bound on a marker. Larger objects are not reservations. */
const maxReservationBytes = 512

/** Reserves the name, or reuses an existing reservation of the same owner. */
export function reserve(create: CreateExclusively, key: string, owner: string): Promise<CreationOutcome> {
  return create({ key, body, contentType: 'text/plain', owner: { name: reservedFor, value: owner } })
}

export interface ReservationTools {
  objects: S3Objects
  keys: Keys
  create: CreateExclusively
}

/** Reserves the first name for which neither photo nor sidecar exists. Returns the name with its key. */
export async function reserveName(
  { objects, keys, create }: ReservationTools,
  folder: Folder,
  name: PhotoName,
): Promise<{ name: PhotoName; key: string }> {
  const owner = crypto.randomUUID()
  for (const free of numberedNames(name)) {
    const key = keys.photo(folder, free)
    const [photo, sidecar] = await Promise.all([objects.head(key), objects.head(keys.sidecar(folder, free))])
    if (photo || sidecar) continue
    if ((await reserve(create, key, owner)) === 'created') return { name: free, key }
  }
  throw tooManyOfThisName()
}

/** Returns the owner of the reservation, or `null` for a real object. */
export function reservationOf(head: ObjectHead): string | null {
  return head.size <= maxReservationBytes ? (head.metadata[reservedFor] ?? null) : null
}

/** Removes reservations from a list. A listing has no metadata, so this reads the metadata of the few small objects. */
export async function withoutReservations(
  objects: S3Objects,
  listed: readonly ListedObject[],
): Promise<ListedObject[]> {
  const kept = await Promise.all(
    listed.map(async (object) => {
      if (object.size > maxReservationBytes) return true
      const head = await objects.head(object.key)
      return head !== null && reservationOf(head) === null
    }),
  )
  return listed.filter((_, index) => kept[index])
}
