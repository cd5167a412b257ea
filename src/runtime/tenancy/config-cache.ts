/**
 * Runtime configurations by host (design section 4): single flight, TTL, background revalidation, safe failure, negative cache.
 * Each entry owns what was derived from its configuration, so a new version drops all of it at once.
 */
import { LRUCache } from 'lru-cache'
import { PublisherError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import { settlesWithin } from '../../base/time.ts'
import type { Host, TenantHost } from '../../contract/host.ts'
import type { RuntimeAnswer } from '../../contract/runtime-answer.ts'
import { type ConfigSource, unavailableMessage } from '../../ports/config-source.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import type { Resolution } from '../../ports/metrics.ts'
import { createPlaces } from '../limits/places.ts'
import { createSealedStore } from '../sealing/sealed-store.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import { createSharedConfigurations, maxSealedLength, sharedText } from './shared-configurations.ts'

/** What the connection adds to a lookup. */
export interface LookupContext {
  requestId: string
  /** Keeps work alive after the response, where the platform would otherwise stop it (Workers). */
  waitUntil(work: Promise<unknown>): void
  /**
   * Counts a question about a host that nothing is known of; throws to refuse it. Its answer is called when the host turns out to be
   * a tenant's.
   */
  countStranger(): () => void
  /**
   * Counts the same question among those of all clients, right before the source is asked; rejects to refuse it. Its answer is called when the host
   * turns out to be a tenant's. Left out: the question is no stranger's.
   */
  admitStranger?(): Promise<() => void>
}

export interface ConfigCacheOptions<T> {
  source: ConfigSource
  /** Shared between processes; losing it costs one more call to the orchestrator. Not used where it is this process's own. */
  kv: KeyValueStore
  /** Seal what lies in the shared store. */
  secrets: readonly [Secret, ...Secret[]]
  /** Makes what requests run with; called once per configuration version. */
  derive(answer: RuntimeAnswer, host: TenantHost): T
  log: Logger
  now: () => number
  /** Told once per request where its configuration came from. */
  onResolved?(resolution: Resolution): void
  /**
   * Memory for configurations and what is derived from them; beyond it those that are longest unused go, and are asked for again when
   * they are needed. An estimate, see {@link sizeOf}. Bytes. Default 32 MB.
   */
  maxBytes?: number
}

export interface ConfigCache<T> {
  /** The derived object of a configuration that is still valid, without waiting; undefined: use {@link load}. */
  peek(host: TenantHost, context: LookupContext): T | undefined
  /** The same, asking where needed. Throws `tenant_not_found`, `config_unavailable`, or what refuses strangers. */
  load(host: TenantHost, context: LookupContext): Promise<T>
  /** How many are in memory now: configurations, and hosts that are nobody's. */
  readonly sizes: { configurations: number; unknownHosts: number }
  /** Forgets the host now, in the shared store too. Never rejects. */
  invalidate(host: Host): Promise<void>
  /**
   * The same on another process's word, which has cleaned the shared store already. The store is called only for a host that this process
   * knows, so repeated messages and invented hosts cost nothing.
   */
  hearInvalidation(host: Host): void
  /** Invalidations by other processes may be missed from now on: what is in use is checked every 15 s. */
  checkOften(): void
  /**
   * Invalidations arrive again, and some may have been missed: each entry is checked before its next use. With the source away it
   * serves on within its TTL (design section 4, rule 6), as it would in a process that hears of no invalidations at all.
   */
  doubtAll(): void
}

interface Entry<T> {
  answer: RuntimeAnswer
  derived: T
  expiresAt: number
  /** From when on the entry is checked in the background. */
  checkAt: number
  /** Not to be used before it has been checked. */
  isDoubted: boolean
  /** Bytes. */
  size: number
  /** When the shared store was given it. */
  sharedAt: number
}

type News = Pick<Entry<unknown>, 'answer' | 'size' | 'isDoubted' | 'sharedAt'> & { fetchedAt: number }

const minCheckMs = 15_000
const negativeTtlMs = 30_000
/** More than the invented hosts of any half minute that the rest of the process would survive; about 200 bytes each. */
const maxNegative = 50_000
/** A Worker's flight may die with the request that owns it; those who wait for it then ask by themselves. */
const flightPatienceMs = 12_000
/** Hosts that were a tenant's in this process; about 150 bytes each. */
const maxSeen = 20_000
/**
 * Hosts that nothing is known of, at once: whatever strangers invent while the source is slow or away, it is asked so much and no
 * more. All tenants of a fleet fit, since after a start all of them are new.
 */
const strangersAtOnce = 500
const strangerRetryMs = 2000
/** An eventually consistent store may give back what was just deleted for about this long (Cloudflare KV: 60 s). */
const distrustMs = 90_000
/** How often the shared store is given what has not changed, so that it never loses what is in use. */
const sharesPerTtl = 3
const never = Number.NEGATIVE_INFINITY
/** What hangs on a configuration: store, gate, credentials; a little more with publishers and the AI (docs/operations/heroku.md, "Memory"). */
const derivedBytes = 20_000

/** Makes the cache. One per process. */
export function createConfigCache<T>(options: ConfigCacheOptions<T>): ConfigCache<T> {
  const { source, kv, secrets, derive, log, now, onResolved, maxBytes = 32 * 2 ** 20 } = options
  const shared = createSharedConfigurations(
    createSealedStore({ kv, secrets, purpose: 'configuration', maxLength: maxSealedLength, now }),
    { log, now },
  )
  const entries = new LRUCache<Host, Entry<T>>({
    maxSize: maxBytes,
    sizeCalculation: ({ size }) => Math.min(maxBytes, size),
  })
  const unknownHosts = new LRUCache<Host, number>({ max: maxNegative })
  const invalidations = new LRUCache<Host, { at: number }>({ max: 10_000 })
  /** Tenants whose entry may be gone by now: strangers who use their budget up do not shut them out. */
  const seen = new LRUCache<Host, true>({ max: maxSeen })
  const flights = new Map<Host, Promise<'kv' | 'miss'>>()
  const strangers = createPlaces({ atOnce: strangersAtOnce, maxWaiting: 0, holdMs: flightPatienceMs, now })
  let checksOften = false
  /** Replaced by each {@link ConfigCache.doubtAll}: an answer from before may be what was invalidated unheard. */
  let trust = {}

  const checkInterval = (answer: RuntimeAnswer) =>
    checksOften ? minCheckMs : Math.max(minCheckMs, answer.ttlSeconds * 100)

  function remember(host: TenantHost, { answer, fetchedAt, ...rest }: News): void {
    const ttlMs = answer.ttlSeconds * 1000
    const known = entries.get(host.host)
    const unchanged = known?.answer.configVersion === answer.configVersion
    entries.set(host.host, {
      answer,
      derived: unchanged ? known.derived : derive(answer, host),
      expiresAt: fetchedAt + ttlMs,
      checkAt: fetchedAt + checkInterval(answer),
      ...rest,
    })
    unknownHosts.delete(host.host)
    seen.set(host.host, true)
    if (known && !unchanged)
      log.info('configuration changed', { tenant: host.tenant, config_version: answer.configVersion })
  }

  function forget(host: Host): void {
    entries.delete(host)
    seen.delete(host)
    unknownHosts.set(host, now() + negativeTtlMs)
  }

  async function ask(host: TenantHost, context: LookupContext): Promise<void> {
    const known = entries.get(host.host)
    const invalidation = invalidations.get(host.host)
    const trusted = trust
    const askedAt = now()
    const found = await source.lookup(host.host, known?.answer.configVersion, context.requestId)
    // What was asked before an invalidation may be what the invalidation is about.
    if (invalidations.get(host.host) !== invalidation) return
    const isDoubted = trust !== trusted
    if (found.status === 'no_tenant') return isDoubted ? undefined : forget(host.host)
    const about = { fetchedAt: askedAt, isDoubted }
    if (found.status === 'found') {
      const { answer } = found
      const text = sharedText(answer, askedAt)
      remember(host, { ...about, answer, size: sizeOf(text), sharedAt: isDoubted ? never : askedAt })
      if (!isDoubted) context.waitUntil(shared.put(host.host, text, answer))
    } else if (known) {
      const { answer, size, sharedAt } = known
      const isDue = !isDoubted && askedAt - sharedAt >= (answer.ttlSeconds * 1000) / sharesPerTtl
      remember(host, { ...about, answer, size, sharedAt: isDue ? askedAt : sharedAt })
      if (isDue) context.waitUntil(shared.put(host.host, sharedText(answer, askedAt), answer))
    }
  }

  /** Asks about a host that nothing is known of. Throws `config_unavailable` where too many are asked about already. */
  async function askAboutStranger(host: TenantHost, context: LookupContext): Promise<void> {
    const leave = await strangers.enter('second', 0).catch((cause: unknown) => {
      throw new PublisherError('config_unavailable', unavailableMessage, {
        cause,
        retryAfterMs: strangerRetryMs,
      })
    })
    try {
      const discount = await context.admitStranger?.()
      await ask(host, context)
      if (entries.has(host.host)) discount?.()
    } finally {
      leave()
    }
  }

  /** Settles a doubt, for better or worse: with the source away an entry serves until its TTL is over. */
  async function settleDoubt(host: TenantHost, doubted: Entry<T>, context: LookupContext): Promise<void> {
    try {
      await ask(host, context)
    } catch (error) {
      if (doubted.expiresAt <= now()) throw error
      doubted.isDoubted = false
      doubted.checkAt = now() + minCheckMs
      log.warn('configuration could not be checked', { tenant: host.tenant, error: describeError(error) })
    }
  }

  /** Takes over what another process has asked for. */
  async function adopt(host: TenantHost): Promise<boolean> {
    const invalidation = invalidations.get(host.host)
    if (invalidation && now() - invalidation.at < distrustMs) return false
    const trusted = trust
    const found = await shared.get(host.host)
    // The invalidation may have come while the store was asked.
    if (!found || invalidations.get(host.host) !== invalidation || trust !== trusted) return false
    const { answer, fetchedAt, text } = found
    remember(host, { answer, size: sizeOf(text), fetchedAt, sharedAt: fetchedAt, isDoubted: false })
    return true
  }

  /** One flight per host, however many requests wait. It ends in plain data, so a Worker may share it between requests. */
  function fly(host: TenantHost, context: LookupContext): Promise<'kv' | 'miss'> {
    const running = flights.get(host.host)
    if (running) return running
    const known = entries.get(host.host)
    const isNew = known === undefined
    // A host that was a tenant's, or that the control plane invalidated, is not invented: no limit of strangers applies.
    const isStranger = isNew && !seen.has(host.host) && !invalidations.has(host.host)
    const discount = isStranger ? context.countStranger() : undefined
    const flight = (async () => {
      if (isNew && (await adopt(host))) return 'kv'
      if (known?.isDoubted) {
        await settleDoubt(host, known, context)
        return 'miss'
      }
      await (isStranger ? askAboutStranger : ask)(host, context)
      return 'miss'
    })().finally(() => {
      if (flights.get(host.host) === flight) flights.delete(host.host)
      if (entries.has(host.host)) discount?.()
    })
    flights.set(host.host, flight)
    context.waitUntil(flight.catch(() => undefined))
    return flight
  }

  function revalidate(host: TenantHost, entry: Entry<T>, context: LookupContext): void {
    entry.checkAt = now() + checkInterval(entry.answer)
    const check = ask(host, context).catch((error: unknown) =>
      log.warn('configuration could not be checked', { tenant: host.tenant, error: describeError(error) }),
    )
    context.waitUntil(check)
  }

  function peek(host: TenantHost, context: LookupContext): T | undefined {
    const entry = validEntry(host)
    if (!entry || entry.isDoubted) return undefined
    const isDue = entry.checkAt <= now()
    if (isDue) revalidate(host, entry, context)
    onResolved?.(isDue ? 'stale' : 'hit')
    return entry.derived
  }

  function validEntry({ host }: TenantHost): Entry<T> | undefined {
    const entry = entries.get(host)
    return entry && entry.expiresAt > now() ? entry : undefined
  }

  function isUnknown({ host }: TenantHost): boolean {
    return (unknownHosts.get(host) ?? 0) > now()
  }

  async function load(host: TenantHost, context: LookupContext): Promise<T> {
    const derived = peek(host, context)
    if (derived !== undefined) return derived
    if (isUnknown(host)) {
      onResolved?.('negative')
      throw tenantNotFound()
    }
    let resolution: Resolution = 'failed'
    try {
      for (let attempt = 1; attempt <= 2; attempt++) {
        const flight = fly(host, context)
        const landed = await settlesWithin(flight, flightPatienceMs)
        if (landed) await flight
        if (!landed && flights.get(host.host) === flight) flights.delete(host.host)
        const entry = validEntry(host)
        const isNobodys = !entry && isUnknown(host)
        if (entry || isNobodys) resolution = landed ? await flight : 'miss'
        if (entry) return entry.derived
        if (isNobodys) throw tenantNotFound()
      }
    } finally {
      onResolved?.(resolution)
    }
    throw new PublisherError(
      'config_unavailable',
      'The configuration of this site is changing. Please try again.',
      { retryAfterMs: 1000 },
    )
  }

  function drop(host: Host): void {
    invalidations.set(host, { at: now() })
    entries.delete(host)
    unknownHosts.delete(host)
    flights.delete(host)
  }

  return {
    peek,
    load,
    get sizes() {
      return { configurations: entries.size, unknownHosts: unknownHosts.size }
    },
    async invalidate(host) {
      drop(host)
      await shared.delete(host)
    },
    hearInvalidation(host) {
      // This process may have written the old configuration after the other one took it out.
      const isKnown = entries.has(host) || flights.has(host)
      drop(host)
      if (isKnown) void shared.delete(host)
    },
    checkOften() {
      checksOften = true
      for (const entry of entries.values()) entry.checkAt = Math.min(entry.checkAt, now() + minCheckMs)
    },
    doubtAll() {
      checksOften = false
      trust = {}
      // What was shared before may be gone as well.
      for (const entry of entries.values()) Object.assign(entry, { isDoubted: true, sharedAt: never })
      unknownHosts.clear()
      flights.clear()
    },
  }
}

/** Strings beyond Latin-1 take two bytes per character; where they do not, the objects around them take the rest. */
function sizeOf(text: string): number {
  return 2 * text.length + derivedBytes
}

/** The one answer for every host that is nobody's. */
export function tenantNotFound(): PublisherError {
  return new PublisherError('tenant_not_found', 'There is nothing at this address.')
}
