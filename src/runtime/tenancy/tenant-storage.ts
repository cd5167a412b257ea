/** A tenant's storage behind the pipeline, in which each sidecar belongs to exactly one photo. */
import type { PhotoStore, RecordKey } from '../../ports/storage.ts'
import {
  type InstalledStorage,
  type InstalledStorages,
  storageUnavailable,
} from '../../ports/storage-driver.ts'
import type { OnStorageRequest } from '../../ports/storage-requests.ts'
import { type LedgerKeeper, ledgerKeeper, withClaimedRecords } from '../../workflow/ledger/claimed-records.ts'
import { type OwnSidecarTools, withOwnSidecars } from '../../workflow/own-sidecars.ts'
import type { PhotographerNotes } from '../../workflow/photographer.ts'
import type { PhotoIndex } from '../../workflow/previews/photo-index.ts'
import { storageCalls } from '../vendor-calls/storage-calls.ts'
import type { TenantPreviews } from './tenant-previews.ts'
import type { TenantScope } from './tenant-scope.ts'
import type { Changed } from './viewing/photo-changes.ts'

export interface TenantStorageOptions {
  storages: InstalledStorages
  /** Creates the counter of a tenant's requests to its storage. Default: no count. */
  requestsOf?: (storage: InstalledStorage, tenant: Pick<TenantScope, 'tenant' | 'config'>) => OnStorageRequest
  /** Creates the digests that tie a sidecar to its photo. Default: names alone decide. */
  digestsOf?: (
    store: PhotoStore,
    tenant: Pick<TenantScope, 'host' | 'tenant' | 'config'>,
    index: () => PhotoIndex,
  ) => Pick<OwnSidecarTools, 'sha256Of' | 'rememberedSha256Of'>
}

export interface StorageWatch {
  /** Called after each attempt to change photos, sidecars or the ledger. The change settles after the promise. Must not reject. */
  onChange(part: Changed): Promise<void>
  /** Returns a listing from memory that includes all changes of this process. */
  knownListing: OwnSidecarTools['knownListing']
  /** Returns what lies in this storage beside the photos. Called after the storage is open. */
  previews(): Pick<TenantPreviews, 'index' | 'photographer'>
}

export interface TenantStorage {
  store: PhotoStore
  /** The same storage, in which sidecars are plain files that no photo owns. For reading. */
  files: PhotoStore
  /** Returns the keeper of the ledger. Throws `claims_unavailable` and the errors of the storage. */
  ledgerKeeper(): Promise<LedgerKeeper>
  rememberedSha256Of: OwnSidecarTools['rememberedSha256Of']
}

/** Opens the storage that the configuration names. Throws `provider_unavailable` if this server cannot use the storage. */
export function openTenantStorage(
  { storages, digestsOf, requestsOf }: TenantStorageOptions,
  scope: TenantScope,
  { onChange, knownListing, previews }: StorageWatch,
): TenantStorage {
  const { host, tenant, config, find, calls, claims } = scope
  const { provider, paths, credentials_ref: ref } = config.storage
  const installed = storages[provider]
  if (!installed) throw storageUnavailable(provider)
  const onRequest = requestsOf?.(installed, scope)
  const opened = installed.open({ host, tenant, paths, provider, onRequest }, find, ref)
  const { store, whenChanging } = storageCalls(opened, { ...calls, vendor: installed.vendor })
  const digests = digestsOf?.(whenChanging, scope, () => previews().index)
  const owned = withOwnSidecars(store, { now: calls.now, whenChanging, knownListing, ...digests })
  return {
    store: hearingPhotographers(
      noticingChanges(withClaimedRecords(owned, claims), onChange),
      () => previews().photographer,
    ),
    files: store,
    ledgerKeeper: () => ledgerKeeper(store, claims),
    rememberedSha256Of: digests?.rememberedSha256Of,
  }
}

/** Wraps a store to note what each original that is read says about itself. */
function hearingPhotographers(store: PhotoStore, notes: () => PhotographerNotes): PhotoStore {
  return {
    ...store,
    read: async (folder, name) => notes().observe(await store.read(folder, name)),
  }
}

/** Folder of the records that decide what was sent. Other records change no answer for people. */
const ledgerFolder = 'ledger'

/** Wraps a store to call `onChange` after each change. A failed attempt may have changed the storage too. */
function noticingChanges(store: PhotoStore, onChange: StorageWatch['onChange']): PhotoStore {
  const photos = <T>(change: Promise<T>) => change.finally(() => onChange('photos'))
  const records = <T>([folder]: RecordKey, change: Promise<T>) =>
    folder === ledgerFolder ? change.finally(() => onChange('ledger')) : change
  return {
    ...store,
    upload: (...photo) => photos(store.upload(...photo)),
    move: (...photo) => photos(store.move(...photo)),
    delete: (...photo) => photos(store.delete(...photo)),
    writeSidecar: (...sidecar) => photos(store.writeSidecar(...sidecar)),
    writeXmp: (...file) => photos(store.writeXmp(...file)),
    createRecord: (key, text) => records(key, store.createRecord(key, text)),
    replaceRecord: (key, text) => records(key, store.replaceRecord(key, text)),
    deleteRecord: (key) => records(key, store.deleteRecord(key)),
  }
}
