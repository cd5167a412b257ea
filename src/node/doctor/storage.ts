/** Checks that a tenant's storage allows the operations of the workflow. Touches none of the tenant's files. */
import { isPublisherError } from '../../base/errors.ts'
import type { PhotoEntry, PhotoListing, PhotoStore, RecordKey } from '../../ports/storage.ts'
import type { TenantRuntime } from '../../runtime/tenancy/tenant-runtime.ts'
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
    todo: 'Expected for a new tenant. Otherwise, correct `paths.root` in the configuration.',
  }
}

/** Concurrent creations of the record. */
const racers = 8

/** Words for the keeper of the ledger. */
const keepers = {
  storage: 'the storage keeps the ledger',
  claims: 'claims of the control plane protect the ledger',
} as const

/**
 * Creates a small record of the ledger eight times at once. Only one creation may succeed. Then reads and deletes the record. Names the
 * keeper of the ledger: the storage, or claims of the control plane.
 */
export async function checkRecord({
  storage,
  ledgerKeeper,
}: Pick<TenantRuntime, 'storage' | 'ledgerKeeper'>): Promise<Verdict<undefined>> {
  const store = storage()
  const keeper = await ledgerKeeper()
  // Only records of the ledger have claims. The storage's own refusal names its fault.
  const folder = keeper === 'claims' ? ['ledger', 'doctor'] : ['doctor']
  await raceForRecord(store, [...folder, `${crypto.randomUUID()}.json`])
  const kept = keeper === null ? '' : `; ${keepers[keeper]}`
  return {
    value: undefined,
    said: `only one of ${racers} concurrent creations of a record succeeded; the record was read and deleted${kept}`,
  }
}

async function raceForRecord(store: PhotoStore, key: RecordKey): Promise<void> {
  const texts = Array.from({ length: racers }, (_, racer) => JSON.stringify({ doctor: true, racer }))
  try {
    const won = await Promise.all(texts.map((text) => store.createRecord(key, text)))
    const winners = texts.filter((_, racer) => won[racer])
    if (winners.length > 1)
      throw notAtomic(`${winners.length} of ${racers} concurrent creations of a record succeeded`)
    if (winners.length === 0) throw new Trouble('the storage claims that a new record already exists')
    if ((await store.readRecord(key))?.text !== winners[0]) {
      throw new Trouble('a record that was just written cannot be read')
    }
  } catch (error) {
    // The first error is more useful than an error of the cleanup.
    await store.deleteRecord(key).catch(() => undefined)
    throw isPublisherError(error, 'storage_not_atomic') ? notAtomic(error.message) : error
  }
  await store.deleteRecord(key)
  if (await store.readRecord(key)) throw new Trouble('a deleted record is still there')
}

/** Creates the finding. `found` is the storage's own message, which names a known server. */
function notAtomic(found: string): Trouble {
  return new Trouble(
    `the storage cannot create a file atomically, and the control plane offers no claims, so publishing is refused: ${found}`,
    'Use a control plane that offers claims, or an S3 server that honours conditional writes (If-None-Match). See docs/publishing.md.',
  )
}

/** Creates a link to a photo and reads the first byte through the link. */
export async function checkLink(
  store: PhotoStore,
  photos: readonly PhotoEntry[],
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Verdict<undefined>> {
  const [first] = photos
  if (!first) throw new Trouble('there is no photo to link to')
  const { url } = await store.temporaryLink('root', first.name)
  // Links to photos on a disk are signed paths of this program.
  if (url.startsWith('/')) return { value: undefined, said: 'a link to a photo was signed' }
  const answer = await fetch(url, { headers: { range: 'bytes=0-0' }, redirect: 'manual', signal })
  await answer.body?.cancel()
  if (answer.ok) return { value: undefined, said: 'a link to a photo works' }
  throw new Trouble(`a link to a photo does not work: its server answered ${answer.status}`)
}
