/** Questions about one host, to the source and to the shared store, and what their answers change in memory. */
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
  /** Keeps work alive after the response, where the platform would otherwise stop it (Workers). */
  waitUntil(work: Promise<unknown>): void
  /** Counts a lookup of a host that is neither known nor invalidated; throws to refuse it. Gives the refund for a tenant's host. */
  countUnknownHost(): () => void
  /**
   * Counts the same lookup among those of all clients, right before the source is asked; rejects to refuse it. Gives the refund for a
   * tenant's host. Left out: the lookup is no stranger's.
   */
  admitUnknownHost?(): Promise<() => void>
}

/** Knowledge of one process about hosts and their configurations. */
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
  /** Asks the source about a host that is known, or was. Throws `config_unavailable`. */
  ask(host: TenantHost, context: LookupContext): Promise<void>
  /** Asks the source about any other host. Throws `config_unavailable` where too many such lookups run, or what refuses strangers. */
  lookupUnknownHost(host: TenantHost, context: LookupContext): Promise<void>
  /** Checks a suspect entry. With the source away the entry serves on until its TTL is over; after that throws `config_unavailable`. */
  checkSuspect(host: TenantHost, entry: Entry<T>, context: LookupContext): Promise<void>
  /** Checks an entry in the background. */
  revalidate(host: TenantHost, entry: Entry<T>, context: LookupContext): void
  /** Takes over a configuration that another process asked for; false where there is none to trust. */
  adoptShared(host: TenantHost): Promise<boolean>
}

/**
 * Longest time that a request waits for another one's lookup, and that a lookup holds its slot: a Worker may cancel a lookup without
 * ending it.
 */
export const lookupPatienceMs = 12_000
/** Repeated writes of an unchanged configuration per TTL, so that the shared store never loses a configuration in use. */
const sharesPerTtl = 3

/** Makes the lookups of one process. */
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
