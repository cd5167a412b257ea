/** One storage provider: an entry of src/providers/storages.ts. docs/guides/add-a-storage.md shows how to write one. */
import type { z } from 'zod'
import type { Fetch } from '../base/endpoint-guard.ts'
import { PublisherError } from '../base/errors.ts'
import type { Variables } from '../base/variables.ts'
import type { StorageProvider } from '../contract/blocks/storage.ts'
import type { Credentials, CredentialsOf } from '../contract/credentials.ts'
import type { Host, Tenant } from '../contract/host.ts'
import type { RuntimeConfig } from '../contract/runtime-answer.ts'
import { type CredentialKind, type CredentialSource, isOfKind } from './credentials.ts'
import {
  type Driver,
  type Endpoint,
  type FindCredentials,
  type Installed,
  readVariables,
  type VariablesOf,
  type VendorDriver,
} from './driver.ts'
import type { PhotoStore } from './storage.ts'

/** The tenant that a store is opened for. */
export interface StorageContext {
  host: Host
  tenant: Tenant
  paths: RuntimeConfig['storage']['paths']
  /** The provider as the configuration names it. */
  provider: StorageProvider
}

/** Tools that a host gives to its storages. */
export interface StorageTools {
  /** Milliseconds since 1970. */
  now: () => number
  /** Reaches servers that tenants name. Rejects with `endpoint_refused` for one that is not public. */
  fetch: Fetch
  /** Throws `endpoint_refused` for an endpoint that a tenant may not name. */
  checkEndpoint(endpoint: string): unknown
  /** Development: endpoints may be http and private. */
  allowPrivateEndpoints: boolean
  /** True where the configuration is its operator's own file, which may name any folder. */
  isDedicated: boolean
  /** Opens a folder of this machine, below `root` where there is one. Absent on hosts without a disk. */
  openDisk?(context: StorageContext, root: string | undefined): PhotoStore
}

/** Kinds of access that the doctor tries. */
export type StorageRight = 'list' | 'write' | 'link'

interface StorageFacts extends Installed {
  /** Permissions to grant, in the vendor's own words. Absent: unknown. */
  readonly rights?: Readonly<Record<StorageRight, string>>
  /** Sentence for a tenant whose storage is not set up on this server. Default: one with the storage's name. */
  readonly unavailable?: string
  /** True for an error message of the vendor that means a missing right. Default: none does. */
  isAboutRights?(message: string): boolean
  /** Advice for an operator whose server is not set up for the storage. Default: none. */
  readonly setUp?: string
  /** Advice for an error message of the vendor; `undefined` for a message that it does not know. */
  advise?(message: string): string | undefined
}

interface StorageDefinition<V extends z.ZodRawShape, K extends CredentialKind> extends StorageFacts, Driver {
  readonly variables: V
  readonly credentials: readonly K[]
  /** Address of the server. `credentials` are the tenant's, where they are known. Absent: there is no server. */
  endpoint?(variables: VariablesOf<V>, credentials: CredentialsOf<K> | undefined): Endpoint
  /** Prepares the storage for a process; `null` where this server is not set up for it. `null` in place of `open`: not built yet. */
  readonly open: ((tools: StorageTools, variables: VariablesOf<V>) => OpenStore<K> | null) | null
}

/** Opens the store of one tenant. */
type OpenStore<K extends CredentialKind> = (
  context: StorageContext,
  credentials: CredentialSource<CredentialsOf<K>>,
) => PhotoStore

/** A storage as a process uses it. */
export interface InstalledStorage extends StorageFacts {
  /** Address of the server; `undefined` where there is none. */
  endpoint(credentials: Credentials | undefined): Endpoint | undefined
  /** Opens the store of one tenant. Throws `provider_unavailable` where this server cannot use the storage. */
  open(context: StorageContext, find: FindCredentials, ref: string | undefined): PhotoStore
}

/** Storages of one process. A missing one is unavailable. */
export type InstalledStorages = Readonly<Partial<Record<StorageProvider, InstalledStorage>>>

/** An entry of the registry. */
export interface StorageDriver extends StorageFacts, VendorDriver {
  /** Reads the environment once for a process. */
  install(tools: StorageTools, variables: Variables): InstalledStorage
}

/** Makes an entry. Its functions get their own variables and credentials, parsed and typed. */
export function storageDriver<const V extends z.ZodRawShape, const K extends CredentialKind>({
  open,
  endpoint,
  ...facts
}: StorageDefinition<V, K>): StorageDriver {
  const kinds = facts.credentials
  return {
    ...facts,
    isBuilt: open !== null,
    install(tools, variables) {
      const own = readVariables(facts.variables, variables)
      const openStore = open?.(tools, own) ?? null
      return {
        ...facts,
        endpoint: (credentials) =>
          endpoint?.(own, credentials && isOfKind(credentials, kinds) ? credentials : undefined),
        open(context, find, ref) {
          if (!openStore) throw storageUnavailable(context.provider, facts.unavailable)
          return openStore(context, find(ref, kinds))
        },
      }
    },
  }
}

/** The `provider_unavailable` of a storage that this server cannot use. */
export function storageUnavailable(provider: StorageProvider, message?: string): PublisherError {
  return new PublisherError(
    'provider_unavailable',
    message ?? `This server cannot use the storage "${provider}".`,
  )
}
