/** Whether a tenant's storage lets us do what the workflow needs. Nothing of the photographer's is touched. */
import { isPublisherError } from '../../base/errors.ts'
import type { PhotoEntry, PhotoListing, PhotoStore } from '../../ports/storage.ts'
import type { Verdict } from './examination.ts'
import { Trouble } from './trouble.ts'

export async function checkList(store: PhotoStore): Promise<Verdict<PhotoListing>> {
  const listing = await store.list('root')
  const { photos, withSidecar } = listing
  const said = `${photos.length} photos, ${withSidecar.size} of them with a sidecar`
  if (photos.length > 0) return { value: listing, said }
  return {
    value: listing,
    said: 'the folder is empty or missing',
    warning: true,
    todo: 'Right for a new tenant. Otherwise correct `paths.root` in the configuration.',
  }
}

/** Creations of one record at once. */
const racers = 8

/** Creates a small record below `.publisher/` eight times at once, of which one has to win, and reads and deletes it. */
export async function checkRecord(store: PhotoStore): Promise<Verdict<undefined>> {
  const key = ['doctor', `${crypto.randomUUID()}.json`]
  const texts = Array.from({ length: racers }, (_, racer) => JSON.stringify({ doctor: true, racer }))
  try {
    const won = await Promise.all(texts.map((text) => store.createRecord(key, text)))
    const winners = texts.filter((_, racer) => won[racer])
    if (winners.length > 1)
      throw notAtomic(`${winners.length} of ${racers} creations of one record at once won`)
    if (winners.length === 0) throw new Trouble('a new record was said to exist already')
    if ((await store.readRecord(key))?.text !== winners[0]) {
      throw new Trouble('a record that was just written cannot be read')
    }
  } catch (error) {
    // The first failure says more than that of tidying up after it.
    await store.deleteRecord(key).catch(() => undefined)
    throw isPublisherError(error, 'storage_not_atomic') ? notAtomic(error.message) : error
  }
  await store.deleteRecord(key)
  if (await store.readRecord(key)) throw new Trouble('a deleted record is still there')
  return {
    value: undefined,
    said: `of ${racers} creations of one record at once one won; it was read and deleted`,
  }
}

/** `found`: the storage's own words, which name the server where it is a known one. */
function notAtomic(found: string): Trouble {
  return new Trouble(
    `the storage cannot create a file only if there is none, so publishing is refused on it: ${found}`,
    'Use an S3 server that honours conditional writes (If-None-Match); see docs/publishing.md.',
  )
}

/** Makes a link to one of the photos and reads its first byte by it. */
export async function checkLink(
  store: PhotoStore,
  photos: readonly PhotoEntry[],
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Verdict<undefined>> {
  const [first] = photos
  if (!first) throw new Trouble('there is no photo to link to')
  const { url } = await store.temporaryLink('root', first.name)
  // Links to photos on a disk are this program's own, signed paths.
  if (url.startsWith('/')) return { value: undefined, said: 'a link to a photo was signed' }
  const answer = await fetch(url, { headers: { range: 'bytes=0-0' }, redirect: 'manual', signal })
  await answer.body?.cancel()
  if (answer.ok) return { value: undefined, said: 'a link to a photo was made and works' }
  throw new Trouble(`a link to a photo was made, but it is answered ${answer.status}`)
}
