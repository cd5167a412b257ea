/** One platform: an entry of src/providers/publishers.ts. docs/guides/add-a-publisher.md shows how to write one. */
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
import type { Mailer } from './mail.ts'
import type { Publisher } from './publisher.ts'

/** The tenant that a publisher is opened for. */
export interface PublisherContext {
  /** The first enabled entry of the platform in the configuration. */
  entry: PublisherEntry
  config: RuntimeConfig
  host: Host
  /** Mail addresses of the tenant's admins. */
  admins: readonly string[]
}

/** Tools that a host gives to its publishers. */
export interface PublisherTools {
  /** Sends mail through a tenant's server. */
  mailer: Mailer
  /** Reaches servers that tenants name. Rejects with `endpoint_refused` for one that is not public. */
  fetch: Fetch
}

interface PublisherFacts extends Installed {
  /** Reference to the credentials. Default: the entry's `credentials_ref`. */
  reference?(entry: PublisherEntry, config: RuntimeConfig): string | undefined
  /** Advice where the configuration has no such reference. Default: set `credentials_ref`. */
  readonly fillIn?: string
}

interface PublisherDefinition<V extends z.ZodRawShape, K extends CredentialKind>
  extends PublisherFacts,
    Driver {
  readonly variables: V
  readonly credentials: readonly K[]
  /** Address of the platform's server. */
  endpoint(variables: VariablesOf<V>, config: RuntimeConfig): Endpoint
  /** Prepares the platform for a process; `null` where this server is not set up for it. `null` in place of `open`: not built yet. */
  readonly open: ((tools: PublisherTools, variables: VariablesOf<V>) => OpenPublisher<K> | null) | null
}

/** Opens the publisher of one tenant. A wrong setting fails when the publisher is used, not here. */
type OpenPublisher<K extends CredentialKind> = (
  context: PublisherContext,
  credentials: CredentialSource<CredentialsOf<K>>,
) => Publisher

/** A platform as a process uses it. */
export interface InstalledPublisher extends PublisherFacts {
  endpoint(config: RuntimeConfig): Endpoint
  /** Opens the publisher of one tenant; `null` where this server cannot publish there. */
  readonly open: ((context: PublisherContext, find: FindCredentials) => Publisher) | null
}

/** Platforms of one process. A missing one is unavailable. */
export type InstalledPublishers = Readonly<Partial<Record<Platform, InstalledPublisher>>>

/** An entry of the registry. */
export interface PublisherDriver extends PublisherFacts, VendorDriver {
  /** Reads the environment once for a process. */
  install(tools: PublisherTools, variables: Variables): InstalledPublisher
}

/** Makes an entry. Its functions get their own variables and credentials, parsed and typed. */
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

/** The reference to a publisher's credentials; `undefined` where the configuration has none. */
export function referenceOf(
  { reference }: Pick<PublisherFacts, 'reference'>,
  { entry, config }: Pick<PublisherContext, 'entry' | 'config'>,
): string | undefined {
  return reference ? reference(entry, config) : entry.credentials_ref
}
