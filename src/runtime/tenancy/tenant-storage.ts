/** A tenant's storage behind the pipeline, in which each sidecar belongs to exactly one photo. */
import type { PhotoStore } from '../../ports/storage.ts'
import {
  type InstalledStorage,
  type InstalledStorages,
  storageUnavailable,
} from '../../ports/storage-driver.ts'
import type { OnStorageRequest } from '../../ports/storage-requests.ts'
import { type OwnSidecarTools, withOwnSidecars } from '../../workflow/own-sidecars.ts'
import { storageCalls } from '../vendor-calls/storage-calls.ts'
import type { TenantScope } from './tenant-scope.ts'

export interface TenantStorageOptions {
  storages: InstalledStorages
  /** Creates the counter of a tenant's requests to its storage. Default: no count. */
  requestsOf?: (storage: InstalledStorage, tenant: Pick<TenantScope, 'tenant' | 'config'>) => OnStorageRequest
  /** Creates the digests that tie a sidecar to its photo. Default: names alone decide. */
  digestsOf?: (
    store: PhotoStore,
    tenant: Pick<TenantScope, 'host' | 'tenant' | 'config'>,
  ) => Pick<OwnSidecarTools, 'sha256Of' | 'rememberedSha256Of'>
}

/**
 * Opens the storage that the configuration names. Calls `onChange` after each attempt to add or remove photos. Throws
 * `provider_unavailable` if this server cannot use the storage.
 */
export function openTenantStorage(
  { storages, digestsOf, requestsOf }: TenantStorageOptions,
  scope: TenantScope,
  onChange: () => void,
): PhotoStore {
  const { host, tenant, config, find, calls } = scope
  const { provider, paths, credentials_ref: ref } = config.storage
  const installed = storages[provider]
  if (!installed) throw storageUnavailable(provider)
  const onRequest = requestsOf?.(installed, scope)
  const opened = installed.open({ host, tenant, paths, provider, onRequest }, find, ref)
  const { store, whenChanging } = storageCalls(opened, { ...calls, vendor: installed.vendor })
  const digests = digestsOf?.(whenChanging, scope)
  return noticingChanges(withOwnSidecars(store, { now: calls.now, whenChanging, ...digests }), onChange)
}

/** Wraps a store to call `onChange` after each change. A failed attempt may have changed the folder too. */
function noticingChanges(store: PhotoStore, onChange: () => void): PhotoStore {
  const then = <T>(change: Promise<T>) => change.finally(onChange)
  return {
    ...store,
    upload: (...photo) => then(store.upload(...photo)),
    move: (...photo) => then(store.move(...photo)),
    delete: (...photo) => then(store.delete(...photo)),
  }
}
