/** A tenant's publishers: what its configuration enables and this server can use. */

import type { Credentials, CredentialsOf } from '../../contract/credentials.ts'
import type { Host } from '../../contract/host.ts'
import { type Platform, platforms } from '../../contract/platform.ts'
import { enabledPublisher, type PublisherEntry } from '../../contract/publisher-entries.ts'
import type { RuntimeConfig } from '../../contract/runtime-answer.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import type { Publisher } from '../../ports/publisher.ts'

export interface PublisherContext {
  entry: PublisherEntry
  config: RuntimeConfig
  host: Host
  /** Who administers the tenant. */
  admins: readonly string[]
  /** The credentials behind a reference of the configuration; one that is missing fails when it is needed. */
  credentials<P extends Credentials['provider']>(
    ref: string | undefined,
    provider: P,
  ): CredentialSource<CredentialsOf<P>>
}

/** How publishers are made. A platform that is missing here is unavailable. */
export type PublisherFactories = Partial<Record<Platform, (context: PublisherContext) => Publisher>>

export interface TenantPublishers {
  available: readonly Publisher[]
  /** Enabled by the configuration, and not to be had on this server. */
  unavailable: readonly Platform[]
}

/** Makes those that are enabled; the first enabled entry of each platform counts. */
export function tenantPublishers(
  factories: PublisherFactories,
  context: Omit<PublisherContext, 'entry'>,
): TenantPublishers {
  const enabled = platforms.flatMap((platform) => {
    const entry = enabledPublisher(context.config.publishers, platform)
    return entry ? [{ platform, entry }] : []
  })
  return {
    available: enabled.flatMap(({ platform, entry }) => factories[platform]?.({ ...context, entry }) ?? []),
    unavailable: enabled.flatMap(({ platform }) => (factories[platform] ? [] : [platform])),
  }
}
