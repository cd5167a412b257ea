/**
 * Cache of runtime configurations by host. A cached configuration serves without waiting and is revalidated in the background. Concurrent
 * requests for any other host share one lookup.
 */
import { PublisherError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Host, TenantHost } from '../../contract/host.ts'
import type { RuntimeAnswer } from '../../contract/runtime-answer.ts'
import type { ConfigSource } from '../../ports/config-source.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import type { Resolution } from '../../ports/metrics.ts'
import { createSealedStore } from '../sealing/sealed-store.ts'
import type { Logger } from '../telemetry/log.ts'
import { createEntries } from './config-cache/entries.ts'
import { createInvalidations } from './config-cache/invalidations.ts'
import { createKnownHosts } from './config-cache/known-hosts.ts'
import { createLookupOnce } from './config-cache/lookup-once.ts'
import { createLookups, type LookupContext } from './config-cache/lookups.ts'
import { createSharedConfigurations, maxSealedLength } from './config-cache/shared-configurations.ts'

export type { LookupContext } from './config-cache/lookups.ts'

export interface ConfigCacheOptions<T> {
  source: ConfigSource
  /** Store that processes share. A lost value costs one more call to the orchestrator. Unused if no other process sees the store. */
  kv: KeyValueStore
  /** Secrets that seal the configurations in the shared store. */
  secrets: readonly [Secret, ...Secret[]]
  /** Derives the object that requests use. Called once per configuration version. */
  derive(answer: RuntimeAnswer, host: TenantHost): T
  log: Logger
  now: () => number
  /** Receives the origin of the configuration, once per request. */
  onResolved?(resolution: Resolution): void
  /**
   * Estimated bytes for configurations and their derived objects. The least recently used configurations are evicted, and looked up again
   * on their next use. Default 64 MB.
   */
  maxBytes?: number
}

export interface ConfigCache<T> {
  /** Returns the derived object of a valid configuration without waiting. If undefined, call {@link load}. */
  peek(host: TenantHost, context: LookupContext): T | undefined
  /**
   * Returns the derived object, after a lookup if needed. Throws `tenant_not_found`, `config_unavailable`, or the refusal of an unknown
   * host.
   */
  load(host: TenantHost, context: LookupContext): Promise<T>
  /** Number of configurations and of unknown hosts in memory. */
  readonly sizes: { configurations: number; unknownHosts: number }
  /** Removes the host here and from the shared store. Never rejects. */
  invalidate(host: Host): Promise<void>
  /**
   * Removes a host that another process invalidated, also from the shared store. Calls the store only for a host that this process
   * knows, so repeated messages and invented hosts cost nothing.
   */
  hearInvalidation(host: Host): void
  /** Revalidates each entry in use every 15 s, because invalidations by other processes may be missed from now on. */
  checkOften(): void
  /**
   * Revalidates each entry before its next use. Called when invalidations arrive again, since some may have been missed. If the source is
   * unavailable, an entry serves until its TTL ends.
   */
  markAllSuspect(): void
}

/** Creates the cache. One per process. */
export function createConfigCache<T>(options: ConfigCacheOptions<T>): ConfigCache<T> {
  const { source, kv, secrets, derive, log, now, onResolved, maxBytes = 64 * 2 ** 20 } = options
  const sealed = createSealedStore({ kv, secrets, purpose: 'configuration', maxLength: maxSealedLength, now })
  const shared = createSharedConfigurations(sealed, { log, now })
  const entries = createEntries({ derive, maxBytes, log, now })
  const hosts = createKnownHosts(now)
  const invalidations = createInvalidations(now)
  const memory = { entries, hosts, invalidations }
  const lookups = createLookups({ ...memory, source, shared, log, now })
  const lookupOnce = createLookupOnce(memory, lookups)

  function peek(host: TenantHost, context: LookupContext): T | undefined {
    const entry = entries.findValid(host.host)
    if (!entry || entry.isSuspect) return undefined
    const isDue = entry.checkAt <= now()
    if (isDue) lookups.revalidate(host, entry, context)
    onResolved?.(isDue ? 'stale' : 'hit')
    return entry.derived
  }

  /** Looks up the host. Repeats once if an invalidation voided the answer. */
  async function lookup(host: TenantHost, context: LookupContext): Promise<T> {
    let resolution: Resolution = 'failed'
    try {
      for (let attempt = 1; attempt <= 2; attempt++) {
        const outcome = await lookupOnce.run(host, context)
        const entry = entries.findValid(host.host)
        if (!entry && !hosts.isUnknown(host.host)) continue
        resolution = outcome
        if (entry) return entry.derived
        throw tenantNotFound()
      }
    } finally {
      onResolved?.(resolution)
    }
    throw configurationChanging()
  }

  function forget(host: Host): void {
    invalidations.record(host)
    entries.delete(host)
    hosts.forgetUnknown(host)
    lookupOnce.detach(host)
  }

  return {
    peek,
    async load(host, context) {
      const derived = peek(host, context)
      if (derived !== undefined) return derived
      if (!hosts.isUnknown(host.host)) return lookup(host, context)
      onResolved?.('negative')
      throw tenantNotFound()
    },
    get sizes() {
      return { configurations: entries.count, unknownHosts: hosts.unknownCount }
    },
    async invalidate(host) {
      forget(host)
      await shared.delete(host)
    },
    hearInvalidation(host) {
      // This process may have written the old configuration after the other process deleted it.
      const isKnown = entries.has(host) || lookupOnce.isRunning(host)
      forget(host)
      if (isKnown) void shared.delete(host)
    },
    checkOften: () => entries.checkOften(),
    markAllSuspect() {
      invalidations.recordGap()
      entries.markAllSuspect()
      hosts.forgetAllUnknown()
      lookupOnce.detachAll()
    },
  }
}

/** Creates the error for every host without a tenant. */
export function tenantNotFound(): PublisherError {
  return new PublisherError('tenant_not_found', 'There is nothing at this address.')
}

function configurationChanging(): PublisherError {
  const message = 'The configuration of this site is changing. Please try again.'
  return new PublisherError('config_unavailable', message, { retryAfterMs: 1000 })
}
