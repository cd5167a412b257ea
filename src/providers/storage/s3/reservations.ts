/**
 * Reserves a name before its photo arrives, by a small marker object that only one process can create (`If-None-Match: *`). Other
 * processes try the next number. The owner of the marker keeps the name, so that an interrupted move can continue.
 */
import { LRUCache } from 'lru-cache'
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

/** Removes reservations from lists of one bucket. */
export type WithoutReservations = (listed: readonly ListedObject[]) => Promise<ListedObject[]>

/** Upper bound on remembered small photos. */
const maxRemembered = 1000

/**
 * Creates the filter. A listing has no metadata, so it reads the metadata of the few small objects. Remembers those that are photos,
 * because an object keeps its metadata until it is written again.
 */
export function createReservationFilter(objects: Pick<S3Objects, 'head'>): WithoutReservations {
  const photos = new LRUCache<string, true>({ max: maxRemembered })

  async function isPhoto({ key, size, etag, modifiedAt }: ListedObject): Promise<boolean> {
    if (size > maxReservationBytes) return true
    const version = JSON.stringify([key, etag, modifiedAt.getTime()])
    if (photos.has(version)) return true
    const head = await objects.head(key)
    if (head === null || reservationOf(head) !== null) return false
    if (head.etag === etag) photos.set(version, true)
    return true
  }

  return async (listed) => {
    const kept = await Promise.all(listed.map(isPhoto))
    return listed.filter((_, index) => kept[index])
  }
}
