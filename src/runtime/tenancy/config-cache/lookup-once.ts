/** Shares one running lookup among all concurrent requests for a host. */
import { settlesWithin } from '../../../base/time.ts'
import type { Host, TenantHost } from '../../../contract/host.ts'
import { type ConfigMemory, type LookupContext, type Lookups, lookupPatienceMs } from './lookups.ts'

/** Origin of the answer: the shared store or the config source. */
type Outcome = 'kv' | 'miss'

export interface LookupOnce {
  isRunning(host: Host): boolean
  /**
   * Joins the running lookup of the host or starts a new lookup. Waits at most 12 s; a slower lookup is detached. Rejects as the lookup
   * does.
   */
  run(host: TenantHost, context: LookupContext): Promise<Outcome>
  /** Lets the next request start a lookup of its own. */
  detach(host: Host): void
  detachAll(): void
}

/** Creates the lookups that requests share in one process. */
export function createLookupOnce<T>(
  { entries, hosts, invalidations }: ConfigMemory<T>,
  lookups: Lookups<T>,
): LookupOnce {
  // A lookup ends in plain data, so requests of a Worker may share a lookup.
  const running = new Map<Host, Promise<Outcome>>()

  async function lookup(host: TenantHost, isUnknown: boolean, context: LookupContext): Promise<Outcome> {
    const known = entries.get(host.host)
    if (!known && (await lookups.adoptShared(host))) return 'kv'
    if (known?.isSuspect) await lookups.checkSuspect(host, known, context)
    else if (isUnknown) await lookups.lookupUnknownHost(host, context)
    else await lookups.ask(host, context)
    return 'miss'
  }

  function start(host: TenantHost, context: LookupContext): Promise<Outcome> {
    const { host: name } = host
    const isUnknown = !entries.has(name) && !hosts.wasTenant(name) && !invalidations.has(name)
    const refund = isUnknown ? context.countUnknownHost() : undefined
    const started = lookup(host, isUnknown, context).finally(() => {
      if (running.get(host.host) === started) running.delete(host.host)
      if (entries.has(host.host)) refund?.()
    })
    running.set(host.host, started)
    context.waitUntil(started.catch(() => undefined))
    return started
  }

  return {
    isRunning: (host) => running.has(host),
    async run(host, context) {
      const current = running.get(host.host) ?? start(host, context)
      if (await settlesWithin(current, lookupPatienceMs)) return current
      if (running.get(host.host) === current) running.delete(host.host)
      return 'miss'
    },
    detach: (host) => void running.delete(host),
    detachAll: () => running.clear(),
  }
}
