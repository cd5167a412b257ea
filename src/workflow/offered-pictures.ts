/** Pictures for platforms that fetch them. They wait in the tenant's storage, where every process of the fleet finds them. */
import type { ReducedImage } from '../ports/images.ts'
import type { PreviewFiles } from '../ports/storage.ts'

/** Folder of one offer: its end in seconds since 1970, and a random part. */
export type OfferFolder = `offer-${number}-${string}`

const shape = /^offer-(\d{1,15})-[\da-f-]{36}$/
const file = 'picture.jpg'

/** Upper bound on the folders that one sweep deletes. */
const maxSwept = 100

/** Keeps the picture and returns its folder. Throws the errors of the store. */
export async function keepOffer(
  store: Pick<PreviewFiles, 'writePreview'>,
  { bytes }: Pick<ReducedImage, 'bytes'>,
  expiresAt: Date,
): Promise<OfferFolder> {
  const folder: OfferFolder = `offer-${Math.ceil(expiresAt.getTime() / 1000)}-${crypto.randomUUID()}`
  await store.writePreview(folder, file, bytes)
  return folder
}

/** Returns the JPEG, or `null` once the offer has ended. Throws the errors of the store. */
export function readOffer(
  store: Pick<PreviewFiles, 'readPreview'>,
  folder: OfferFolder,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return store.readPreview(folder, file)
}

/** Deletes offers that have expired, such as those of a process that died. Throws the errors of the store. */
export async function sweepOffers(
  store: Pick<PreviewFiles, 'listPreviewFolders' | 'deletePreviewFolder'>,
  now: Date,
): Promise<void> {
  const over = (await store.listPreviewFolders()).filter((folder) => isOver(folder, now)).slice(0, maxSwept)
  for (const folder of over) await store.deletePreviewFolder(folder)
}

/** Checks if a folder belongs to an offer that has expired. */
export function isOver(folder: string, now: Date): boolean {
  return Number(shape.exec(folder)?.[1] ?? Infinity) * 1000 < now.getTime()
}

/** Checks if a folder beside the previews belongs to an offer. */
export function isOffer(folder: string): folder is OfferFolder {
  return shape.test(folder)
}
