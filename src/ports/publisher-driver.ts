/** Platforms, the entries of src/providers/publishers.ts. docs/guides/add-a-publisher.md shows how to add a platform. */
import type { z } from 'zod'
import type { Fetch } from '../base/endpoint-guard.ts'
import type { Variables } from '../base/variables.ts'
import type { CredentialsOf } from '../contract/credentials.ts'
import type { Host } from '../contract/host.ts'
import type { Platform } from '../contract/platform.ts'
import type { PublisherEntry } from '../contract/publisher-entries.ts'
import type { RuntimeConfig } from '../contract/runtime-answer.ts'
import type { CredentialKind, CredentialSource } from './credentials.ts'
import {
  type Driver,
  type Endpoint,
  type FindCredentials,
  type Installed,
  readVariables,
  type VariablesOf,
  type VendorDriver,
} from './driver.ts'
import type { ReducedImage } from './images.ts'
import type { Mailer } from './mail.ts'
import type { Publisher } from './publisher.ts'

/** A picture on the tenant's own host, for a platform that fetches pictures itself. */
export interface OfferedPicture {
  /** Secret address of the JPEG. Every process of the fleet serves it for ten minutes, without a sign-in. */
  url: string
  /** Ends the work with the picture. Its address stays valid, because a platform may fetch late. Never rejects. */
  end(): Promise<void>
}

/** Offers a picture. Throws the errors of the storage, which keeps the picture. */
export type OfferPicture = (picture: ReducedImage) => Promise<OfferedPicture>

/** The tenant of a publisher. */
export interface PublisherContext {
  /** The channel's entry in the configuration. */
  entry: PublisherEntry
  config: RuntimeConfig
  host: Host
  /** E-mail addresses of the tenant's admins. */
  admins: readonly string[]
  offerPicture: OfferPicture
}

/** Tools that a host passes to its publishers. */
export interface PublisherTools {
  /** Sends mail through a tenant's server. */
  mailer: Mailer
  /** Calls servers that tenants name. Rejects with `endpoint_refused` if a server is not public. */
  fetch: Fetch
}

interface PublisherFacts extends Installed {
  /** Reference to the credentials. Default: the entry's `credentials_ref`. */
  reference?(entry: PublisherEntry, config: RuntimeConfig): string | undefined
  /** Advice if the configuration has no such reference. Default: set `credentials_ref`. */
  readonly fillIn?: string
}

interface PublisherDefinition<V extends z.ZodRawShape, K extends CredentialKind>
  extends PublisherFacts,
    Driver {
  readonly variables: V
  readonly credentials: readonly K[]
  /** Address of the platform's server. */
  endpoint(variables: VariablesOf<V>, config: RuntimeConfig): Endpoint
  /** Prepares the platform for a process. Returns `null` if this server is not set up for the platform. `open: null`: not built yet. */
  readonly open: ((tools: PublisherTools, variables: VariablesOf<V>) => OpenPublisher<K> | null) | null
}

/** Opens the publisher of a tenant. A wrong setting fails on first use, not here. */
type OpenPublisher<K extends CredentialKind> = (
  context: PublisherContext,
  credentials: CredentialSource<CredentialsOf<K>>,
) => Publisher

/** A platform, installed in a process. */
export interface InstalledPublisher extends PublisherFacts {
  endpoint(config: RuntimeConfig): Endpoint
  /** Opens the publisher of a tenant; `null` if this server cannot publish on the platform. */
  readonly open: ((context: PublisherContext, find: FindCredentials) => Publisher) | null
}

/** Platforms of a process. A missing platform is unavailable. */
export type InstalledPublishers = Readonly<Partial<Record<Platform, InstalledPublisher>>>

/** An entry of the registry. */
export interface PublisherDriver extends PublisherFacts, VendorDriver {
  /** Reads the variables and installs the platform in a process. */
  install(tools: PublisherTools, variables: Variables): InstalledPublisher
}

/** Creates an entry. Its functions receive their own variables and credentials, parsed and typed. */
export function publisherDriver<const V extends z.ZodRawShape, const K extends CredentialKind>({
  open,
  endpoint,
  ...facts
}: PublisherDefinition<V, K>): PublisherDriver {
  return {
    ...facts,
    isBuilt: open !== null,
    install(tools, variables) {
      const own = readVariables(facts.variables, variables)
      const openPublisher = open?.(tools, own) ?? null
      return {
        ...facts,
        endpoint: (config) => endpoint(own, config),
        open:
          openPublisher &&
          ((context, find) => openPublisher(context, find(referenceOf(facts, context), facts.credentials))),
      }
    },
  }
}

/** Returns the reference to a publisher's credentials, or `undefined` if the configuration has no reference. */
export function referenceOf(
  { reference }: Pick<PublisherFacts, 'reference'>,
  { entry, config }: Pick<PublisherContext, 'entry' | 'config'>,
): string | undefined {
  return reference ? reference(entry, config) : entry.credentials_ref
}
