/** A tenant's storage behind the pipeline. docs/fairness.md says which call may be refused and why. */
import { type ErrorDetails, PublisherError } from '../../base/errors.ts'
import type { PhotoContent, PhotoStore } from '../../ports/storage.ts'
import { unlessBroken } from './broken-stream.ts'
import { type LimitedTable, limitedLayers, type VendorCallContext } from './layers.ts'
import { throughLayers } from './pipeline.ts'

/** A page of thumbnails asks for 40 photos at once. */
const limits = { queue: 'storage', atOnce: 16, maxWaiting: 200 } as const

const calls = {
  list: { operation: 'list', kind: 'read' },
  stat: { operation: 'stat', kind: 'read' },
  read: {
    operation: 'read',
    kind: 'read',
    release: ({ body }) => void body.cancel().catch(() => undefined),
  },
  // S3 signs links without its server.
  temporaryLink: { operation: 'temporary_link', kind: 'read', provesNothing: true },
  thumbnail: { operation: 'thumbnail', kind: 'read' },
  upload: { operation: 'upload', kind: 'begin' },
  move: { operation: 'move', kind: 'change' },
  delete: { operation: 'delete', kind: 'change' },
  readSidecar: { operation: 'read_sidecar', kind: 'read' },
  writeSidecar: { operation: 'write_sidecar', kind: 'change' },
  createRecord: { operation: 'create_record', kind: 'begin' },
  readRecord: { operation: 'read_record', kind: 'read' },
  listRecords: { operation: 'list_records', kind: 'read' },
  replaceRecord: { operation: 'replace_record', kind: 'settle' },
  deleteRecord: { operation: 'delete_record', kind: 'settle' },
  // Some stores know it from the documentation of their server.
  canCreateAtomically: { operation: 'probe', kind: 'read', provesNothing: true },
} as const satisfies LimitedTable<PhotoStore>

/** Questions about a photo that belong to its move or deletion. */
const callsWhenChanging = {
  ...calls,
  stat: { ...calls.stat, kind: 'change' },
  read: { ...calls.read, kind: 'change' },
  readSidecar: { ...calls.readSidecar, kind: 'change' },
} as const satisfies LimitedTable<PhotoStore>

/**
 * Gives the same store with at most 16 calls at once. A call counts until its answer begins: an original that is being read holds no
 * slot, so slow readers keep no other call away. Its body fails once the storage breaks off or is silent for half a minute.
 *
 * Throws also `busy` where too many calls wait, and `storage_unavailable` at once while the storage is down. A claim is refused before
 * it is made; receipts, moves, sidecars and deletions are always tried.
 *
 * `whenChanging` is the same store for questions that belong to a move or a deletion: they go before other questions, and are never
 * refused.
 */
export function storageCalls(
  store: PhotoStore,
  context: VendorCallContext,
): { store: PhotoStore; whenChanging: PhotoStore } {
  const layers = limitedLayers({ ...context, ...limits, unavailable })
  return {
    store: failingWhereBroken(throughLayers(store, calls, layers)),
    whenChanging: failingWhereBroken(throughLayers(store, callsWhenChanging, layers)),
  }
}

/** Gives the same store, whose originals fail with `storage_unavailable` where they break off. */
function failingWhereBroken(store: PhotoStore): PhotoStore {
  return {
    ...store,
    async read(...photo) {
      const content: PhotoContent = await store.read(...photo)
      return { ...content, body: unlessBroken(content.body, (cause) => unavailable({ cause })) }
    },
  }
}

function unavailable(details: ErrorDetails): PublisherError {
  return new PublisherError(
    'storage_unavailable',
    'The photo storage is not answering at the moment. Please try again shortly.',
    details,
  )
}
