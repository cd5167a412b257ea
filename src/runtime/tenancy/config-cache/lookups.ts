/** Lookups of a host in the source and in the shared store, which update the memory. */
import type { TenantHost } from '../../../contract/host.ts'
import type { ConfigSource } from '../../../ports/config-source.ts'
import { describeError, type Logger } from '../../telemetry/log.ts'
import { type Confirmed, type Entries, type Entry, neverShared, sizeOf } from './entries.ts'
import type { Invalidations } from './invalidations.ts'
import type { KnownHosts } from './known-hosts.ts'
import { type SharedConfigurations, sharedText } from './shared-configurations.ts'
import { createUnknownHostLimit } from './unknown-host-limit.ts'

/** Request and connection behind a lookup. */
export interface LookupContext {
  requestId: string
  /** Keeps work alive after the response; Workers would otherwise stop the work. */
  waitUntil(work: Promise<unknown>): void
  /** Counts a lookup of an unknown host, or throws to refuse the lookup. Returns a refund to call if the host has a tenant. */
  countUnknownHost(): () => void
  /**
   * Counts the same lookup for all clients together, right before the call to the source, or rejects to refuse the lookup. Resolves to a
   * refund, as above. Absent for lookups that no client causes, such as those of jobs.
   */
  admitUnknownHost?(): Promise<() => void>
}

/** Memory of one process about hosts and their configurations. */
export interface ConfigMemory<T> {
  entries: Entries<T>
  hosts: KnownHosts
  invalidations: Invalidations
}

export interface LookupsOptions<T> extends ConfigMemory<T> {
  source: ConfigSource
  shared: SharedConfigurations
  log: Logger
  now: () => number
}

export interface Lookups<T> {
  /** Asks the source about a host that is or was known. Throws `config_unavailable`. */
  ask(host: TenantHost, context: LookupContext): Promise<void>
  /**
   * Asks the source about any other host. Throws `config_unavailable` when too many such lookups run, or the refusal of `admitUnknownHost`.
   */
  lookupUnknownHost(host: TenantHost, context: LookupContext): Promise<void>
  /** Checks a suspect entry. If the source is unavailable, the entry serves until its TTL ends; after that, throws `config_unavailable`. */
  checkSuspect(host: TenantHost, entry: Entry<T>, context: LookupContext): Promise<void>
  /** Checks an entry in the background. */
  revalidate(host: TenantHost, entry: Entry<T>, context: LookupContext): void
  /** Adopts a configuration that another process fetched. Returns false without a trustworthy copy. */
  adoptShared(host: TenantHost): Promise<boolean>
}

/**
 * Longest wait for a lookup of another request, and longest time that a lookup holds its slot. Both need a bound because a Worker may
 * cancel a lookup without ending it.
 */
export const lookupPatienceMs = 12_000
/** Writes of an unchanged configuration per TTL. They keep a configuration in use from expiring in the shared store. */
const sharesPerTtl = 3

/** Creates the lookups of one process. */
export function createLookups<T>(options: LookupsOptions<T>): Lookups<T> {
  const { entries, hosts, invalidations, source, shared, log, now } = options
  const limitUnknown = createUnknownHostLimit(now, lookupPatienceMs)

  function confirm(host: TenantHost, confirmed: Confirmed): void {
    entries.confirm(host, confirmed)
    hosts.markTenant(host.host)
  }

  async function ask(host: TenantHost, context: LookupContext): Promise<void> {
    const known = entries.get(host.host)
    const watch = invalidations.watch(host.host)
    const fetchedAt = now()
    const found = await source.lookup(host.host, known?.answer.configVersion, context.requestId)
    if (watch.wasInvalidated()) return
    const isSuspect = watch.mayHaveMissed()
    if (found.status === 'no_tenant') {
      if (isSuspect) return
      entries.delete(host.host)
      hosts.markUnknown(host.host)
    } else if (found.status === 'found') {
      const { answer } = found
      const text = sharedText(answer, fetchedAt)
      const sharedAt = isSuspect ? neverShared : fetchedAt
      confirm(host, { answer, fetchedAt, isSuspect, size: sizeOf(text), sharedAt })
      if (!isSuspect) context.waitUntil(shared.put(host.host, text, answer))
    } else if (known) {
      const { answer, size, sharedAt } = known
      const isDue = !isSuspect && fetchedAt - sharedAt >= (answer.ttlSeconds * 1000) / sharesPerTtl
      confirm(host, { answer, fetchedAt, isSuspect, size, sharedAt: isDue ? fetchedAt : sharedAt })
      if (isDue) context.waitUntil(shared.put(host.host, sharedText(answer, fetchedAt), answer))
    }
  }

  function warnUnchecked({ tenant }: TenantHost, error: unknown): void {
    log.warn('configuration could not be checked', { tenant, error: describeError(error) })
  }

  return {
    ask,

    async lookupUnknownHost(host, context) {
      await limitUnknown(async () => {
        const refund = await context.admitUnknownHost?.()
        await ask(host, context)
        if (entries.has(host.host)) refund?.()
      })
    },

    async checkSuspect(host, suspect, context) {
      try {
        await ask(host, context)
      } catch (error) {
        if (suspect.expiresAt <= now()) throw error
        entries.trustUnchecked(suspect)
        warnUnchecked(host, error)
      }
    },

    revalidate(host, entry, context) {
      entries.postponeCheck(entry)
      context.waitUntil(ask(host, context).catch((error: unknown) => warnUnchecked(host, error)))
    },

    async adoptShared(host) {
      if (invalidations.isRecent(host.host)) return false
      const watch = invalidations.watch(host.host)
      const found = await shared.get(host.host)
      if (!found || watch.wasInvalidated() || watch.mayHaveMissed()) return false
      const { answer, fetchedAt, text } = found
      confirm(host, { answer, size: sizeOf(text), fetchedAt, sharedAt: fetchedAt, isSuspect: false })
      return true
    },
  }
}
