/**
 * A name is taken before the photo arrives, by a small marker object that only one of many can create (`If-None-Match: *`).
 * Whoever finds it there goes on to the next number, except the one whose marker it is: that is how an interrupted move goes on.
 */
import { type Folder, numberedNames, type PhotoName } from '../../../ports/photo.ts'
import { tooManyOfThisName } from '../../../ports/storage-errors.ts'
import type { CreateExclusively, CreationOutcome } from './exclusive.ts'
import type { Keys } from './keys.ts'
import type { ObjectHead } from './object-reads.ts'
import type { S3Objects } from './objects.ts'
import type { ListedObject } from './xml.ts'

/** The marker's metadata; its value says who has the reservation. */
const reservedFor = 'publisher-reserved-for'
const body = 'Reserved for a photo that is on its way here.\n'
/** Larger objects are no reservations. Bytes. */
const maxReservationBytes = 512

/** Takes the name, or takes over the reservation that this owner has already. */
export function reserve(create: CreateExclusively, key: string, owner: string): Promise<CreationOutcome> {
  return create({ key, body, contentType: 'text/plain', owner: { name: reservedFor, value: owner } })
}

export interface ReservationTools {
  objects: S3Objects
  keys: Keys
  create: CreateExclusively
}

/** Takes the first name that is free, and whose sidecar's name is. Gives it with its key. */
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

/** Who has reserved this name, `null` where the object is a real one. */
export function reservationOf(head: ObjectHead): string | null {
  return head.size <= maxReservationBytes ? (head.metadata[reservedFor] ?? null) : null
}

/** The objects without reservations. A listing does not show metadata, so the few small ones are asked for it. */
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
