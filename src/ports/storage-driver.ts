/** Storage providers, the entries of src/providers/storages.ts. docs/guides/add-a-storage.md shows how to add a provider. */
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
import type { Folder, PhotoName } from './photo.ts'
import type { PhotoStore } from './storage.ts'
import type { OnStorageRequest } from './storage-requests.ts'

/** The tenant of a store. */
export interface StorageContext {
  host: Host
  tenant: Tenant
  paths: RuntimeConfig['storage']['paths']
  /** Provider name in the configuration. */
  provider: StorageProvider
  /** Receives each request that the store sends, retries included. Default: no count. */
  onRequest?: OnStorageRequest | undefined
}

/** Creates a link to an original that works until `expiresAt`: a path on the tenant's host. */
export type LinkToOriginal = (host: Host, folder: Folder, name: PhotoName, expiresAt: Date) => Promise<string>

/** Tools that a host passes to its storages. */
export interface StorageTools {
  /** Milliseconds since 1970. */
  now: () => number
  /** Calls servers that tenants name. Rejects with `endpoint_refused` if a server is not public. */
  fetch: Fetch
  /** Throws `endpoint_refused` for an endpoint that a tenant may not name. */
  checkEndpoint(endpoint: string): unknown
  /** True in development: endpoints may be http and private. */
  allowPrivateEndpoints: boolean
  /** True when the configuration is the operator's own file, which may name any folder. */
  isDedicated: boolean
  /** Creates links to originals, for storages without links of their own. Absent on hosts that serve no originals. */
  linkToOriginal?: LinkToOriginal
  /** Opens a folder of this machine, below `root` if set. Absent on hosts without a disk. */
  openDisk?(context: StorageContext, root: string | undefined): PhotoStore
}

/** Kinds of access that the doctor checks. */
export type StorageRight = 'list' | 'write' | 'link'

interface StorageFacts extends Installed {
  /** True when the vendor charges for requests, so that the fleet can bill them. Default: false. */
  readonly chargesRequests?: boolean
  /** Permissions to grant, in the vendor's own terms. Absent: unknown. */
  readonly rights?: Readonly<Record<StorageRight, string>>
  /** Message for a tenant whose storage is not set up on this server. Default: a message with the storage's name. */
  readonly unavailable?: string
  /** Checks if a vendor's error message means a missing permission. Default: never. */
  isAboutRights?(message: string): boolean
  /** Advice for the operator if the server is not set up for the storage. Default: no advice. */
  readonly setUp?: string
  /** Returns advice for a vendor's error message; `undefined` for unknown messages. */
  advise?(message: string): string | undefined
}

interface StorageDefinition<V extends z.ZodRawShape, K extends CredentialKind> extends StorageFacts, Driver {
  readonly variables: V
  readonly credentials: readonly K[]
  /** Address of the server. `credentials` are the tenant's, if known. Absent: the storage has no server. */
  endpoint?(variables: VariablesOf<V>, credentials: CredentialsOf<K> | undefined): Endpoint
  /** Prepares the storage for a process. Returns `null` if this server is not set up for the storage. `open: null`: not built yet. */
  readonly open: ((tools: StorageTools, variables: VariablesOf<V>) => OpenStore<K> | null) | null
}

/** Opens the store of a tenant. */
type OpenStore<K extends CredentialKind> = (
  context: StorageContext,
  credentials: CredentialSource<CredentialsOf<K>>,
) => PhotoStore

/** A storage, installed in a process. */
export interface InstalledStorage extends StorageFacts {
  /** Returns the address of the server; `undefined` if the storage has no server. */
  endpoint(credentials: Credentials | undefined): Endpoint | undefined
  /** Opens the store of a tenant. Throws `provider_unavailable` if this server cannot use the storage. */
  open(context: StorageContext, find: FindCredentials, ref: string | undefined): PhotoStore
}

/** Storages of a process. A missing storage is unavailable. */
export type InstalledStorages = Readonly<Partial<Record<StorageProvider, InstalledStorage>>>

/** An entry of the registry. */
export interface StorageDriver extends StorageFacts, VendorDriver {
  /** Reads the variables and installs the storage in a process. */
  install(tools: StorageTools, variables: Variables): InstalledStorage
}

/** Creates an entry. Its functions receive their own variables and credentials, parsed and typed. */
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

/** Creates the `provider_unavailable` error for a storage that this server cannot use. */
export function storageUnavailable(provider: StorageProvider, message?: string): PublisherError {
  return new PublisherError(
    'provider_unavailable',
    message ?? `This server cannot use the storage "${provider}".`,
  )
}
