/** A tenant's storage behind its gate. docs/architecture.md says which call may be refused and why. */
import { type ErrorDetails, PublisherError } from '../../base/errors.ts'
import type { PhotoContent, PhotoStore } from '../../ports/storage.ts'
import { storageVendor } from '../../ports/vendors.ts'
import { unlessBroken } from './broken-stream.ts'
import { createGate, type GateOptions } from './gate.ts'

export type GateContext = Pick<GateOptions, 'tenant' | 'now' | 'observer'>

/** Some stores need no answer of their server for this: S3 signs links itself. */
const local = { provesNothing: true }
/** A page of thumbnails asks for 40 photos at once. */
const limits = { atOnce: 16, maxWaiting: 200 }

/**
 * The same store with at most 16 calls at once. A call counts until its answer begins: an original that is being read holds no place,
 * so that slow readers keep nobody away, and fails once its storage breaks off or is silent for half a minute.
 *
 * Throws also `busy` where too many calls wait, and `storage_unavailable` at once while the storage is down. A claim is refused before
 * it is made; receipts, moves, sidecars and deletions are always tried.
 */
export function withFairStorage(store: PhotoStore, context: GateContext): PhotoStore {
  return fairStorage(store, context).store
}

/** The same, with questions that belong to a move or a deletion: they wait before those who look, and are never refused. */
export function fairStorage(
  store: PhotoStore,
  context: GateContext,
): { store: PhotoStore; whenChanging: PhotoStore } {
  const vendor = storageVendor(store.provider)
  const gate = createGate({ ...context, ...limits, vendor, queue: 'storage', unavailable })
  // A store that has none must not seem to have one.
  const thumbnail: PhotoStore['thumbnail'] =
    store.thumbnail && ((...which) => gate.look(async () => (await store.thumbnail?.(...which)) ?? null))
  const fair: PhotoStore = {
    provider: store.provider,
    list: (folder) => gate.look(() => store.list(folder)),
    stat: (folder, name) => gate.look(() => store.stat(folder, name)),
    async read(folder, name) {
      const onLate = ({ body }: PhotoContent) => void body.cancel().catch(() => undefined)
      return watched(await gate.look(() => store.read(folder, name), { onLate }))
    },
    temporaryLink: (folder, name) => gate.look(() => store.temporaryLink(folder, name), local),
    ...(thumbnail && { thumbnail }),
    upload: (folder, name, body, size) => gate.begin(() => store.upload(folder, name, body, size)),
    move: (name, from, to, sidecar) => gate.change(() => store.move(name, from, to, sidecar)),
    delete: (folder, name, sidecar) => gate.change(() => store.delete(folder, name, sidecar)),
    readSidecar: (folder, name, sidecar) => gate.look(() => store.readSidecar(folder, name, sidecar)),
    writeSidecar: (folder, name, text, ifRevision, sidecar) =>
      gate.change(() => store.writeSidecar(folder, name, text, ifRevision, sidecar)),
    createRecord: (key, text) => gate.begin(() => store.createRecord(key, text)),
    readRecord: (key) => gate.look(() => store.readRecord(key)),
    listRecords: (folder) => gate.look(() => store.listRecords(folder)),
    replaceRecord: (key, text) => gate.settle(() => store.replaceRecord(key, text)),
    deleteRecord: (key) => gate.settle(() => store.deleteRecord(key)),
    canCreateAtomically: () => gate.look(() => store.canCreateAtomically(), local),
  }
  return {
    store: fair,
    whenChanging: {
      ...fair,
      stat: (folder, name) => gate.change(() => store.stat(folder, name)),
      read: async (folder, name) => watched(await gate.change(() => store.read(folder, name))),
      readSidecar: (folder, name, sidecar) => gate.change(() => store.readSidecar(folder, name, sidecar)),
    },
  }
}

function watched({ entry, body }: PhotoContent): PhotoContent {
  return { entry, body: unlessBroken(body, (cause) => unavailable({ cause })) }
}

function unavailable(details: ErrorDetails): PublisherError {
  return new PublisherError(
    'storage_unavailable',
    'The photo storage is not answering at the moment. Please try again shortly.',
    details,
  )
}
