/** A tenant's storage, each call of it observed. */
import type { PhotoStore } from '../../ports/storage.ts'
import { storageVendor } from '../../ports/vendors.ts'
import type { Observe } from './observe.ts'

export function observeStore(store: PhotoStore, observe: Observe): PhotoStore {
  const vendor = storageVendor(store.provider)
  const at = <T>(operation: string, make: () => Promise<T>) => observe({ to: vendor, operation }, make)
  const { thumbnail } = store
  return {
    provider: store.provider,
    list: (folder) => at('list', () => store.list(folder)),
    stat: (folder, name) => at('stat', () => store.stat(folder, name)),
    read: (folder, name) => at('read', () => store.read(folder, name)),
    temporaryLink: (folder, name) => at('temporary_link', () => store.temporaryLink(folder, name)),
    ...(thumbnail && {
      thumbnail: (folder, name, box, mediaType) =>
        at('thumbnail', () => thumbnail.call(store, folder, name, box, mediaType)),
    }),
    upload: (folder, name, body, size) => at('upload', () => store.upload(folder, name, body, size)),
    move: (name, from, to, sidecar) => at('move', () => store.move(name, from, to, sidecar)),
    delete: (folder, name, sidecar) => at('delete', () => store.delete(folder, name, sidecar)),
    readSidecar: (folder, name, sidecar) =>
      at('read_sidecar', () => store.readSidecar(folder, name, sidecar)),
    writeSidecar: (folder, name, text, ifRevision, sidecar) =>
      at('write_sidecar', () => store.writeSidecar(folder, name, text, ifRevision, sidecar)),
    createRecord: (key, text) => at('create_record', () => store.createRecord(key, text)),
    readRecord: (key) => at('read_record', () => store.readRecord(key)),
    listRecords: (folder) => at('list_records', () => store.listRecords(folder)),
    replaceRecord: (key, text) => at('replace_record', () => store.replaceRecord(key, text)),
    deleteRecord: (key) => at('delete_record', () => store.deleteRecord(key)),
    canCreateAtomically: () => at('probe', () => store.canCreateAtomically()),
  }
}
