/** A tenant's storage behind the pipeline. docs/fairness.md explains which calls may be refused. */
import { type ErrorDetails, PublisherError } from '../../base/errors.ts'
import type { PhotoContent, PhotoStore } from '../../ports/storage.ts'
import { unlessBroken } from './broken-stream.ts'
import { type LimitedTable, limitedLayers, type VendorCallContext } from './layers.ts'
import { throughLayers } from './pipeline.ts'

/** A page of thumbnails requests 40 photos at once. */
const limits = { queue: 'storage', atOnce: 16, maxWaiting: 200 } as const

const calls = {
  list: { operation: 'list', kind: 'read' },
  stat: { operation: 'stat', kind: 'read' },
  read: {
    operation: 'read',
    kind: 'read',
    release: ({ body }) => void body.cancel().catch(() => undefined),
  },
  // S3 links are signed locally.
  temporaryLink: { operation: 'temporary_link', kind: 'read', provesNothing: true },
  thumbnail: { operation: 'thumbnail', kind: 'read' },
  upload: { operation: 'upload', kind: 'begin' },
  move: { operation: 'move', kind: 'change' },
  delete: { operation: 'delete', kind: 'change' },
  readSidecar: { operation: 'read_sidecar', kind: 'read' },
  writeSidecar: { operation: 'write_sidecar', kind: 'change' },
  createRecord: { operation: 'create_record', kind: 'begin' },
  addRecord: { operation: 'create_record', kind: 'begin' },
  readOwnFile: { operation: 'read_file', kind: 'read' },
  readXmp: { operation: 'read_xmp', kind: 'read' },
  writeXmp: { operation: 'write_xmp', kind: 'change' },
  readRecord: { operation: 'read_record', kind: 'read' },
  listRecords: { operation: 'list_records', kind: 'read' },
  replaceRecord: { operation: 'replace_record', kind: 'settle' },
  deleteRecord: { operation: 'delete_record', kind: 'settle' },
  // No client waits for previews: their calls yield to all others, and are refused while the storage is busy or down.
  readPreview: { operation: 'read_preview', kind: 'read' },
  writePreview: { operation: 'write_preview', kind: 'read' },
  listPreviewFolders: { operation: 'list_previews', kind: 'read' },
  deletePreviewFolder: { operation: 'delete_previews', kind: 'read' },
  // Some stores answer without a call to their server.
  isKnownAtomic: 'direct',
  canCreateAtomically: { operation: 'probe', kind: 'read', provesNothing: true },
} as const satisfies LimitedTable<PhotoStore>

/** Rules for reads that belong to a move or a deletion. */
const callsWhenChanging = {
  ...calls,
  list: { ...calls.list, kind: 'change' },
  stat: { ...calls.stat, kind: 'change' },
  read: { ...calls.read, kind: 'change' },
  readSidecar: { ...calls.readSidecar, kind: 'change' },
} as const satisfies LimitedTable<PhotoStore>

/**
 * Wraps a store to allow at most 16 concurrent calls. A call holds its slot until its answer begins, so slow readers of originals block
 * no other call. The body of an original fails if the storage disconnects or sends nothing for 30 s.
 *
 * Calls also throw `busy` if too many calls wait, and `storage_unavailable` at once while the storage is down. New claims may be refused;
 * receipts, moves, sidecars and deletions are always tried.
 *
 * `whenChanging` is the same store for reads that belong to a move or a deletion. They have priority over other reads, and are never
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

/** Wraps a store so that a body that breaks off fails with `storage_unavailable`. */
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
    'The photo storage is not answering at the moment. Try again shortly.',
    details,
  )
}
