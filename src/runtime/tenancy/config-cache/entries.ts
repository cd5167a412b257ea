/**
 * Configurations in memory within a bound on their bytes: the least recently used are evicted. Each entry owns what was derived from its
 * configuration, so a new version replaces all of that at once.
 */
import { LRUCache } from 'lru-cache'
import type { Host, TenantHost } from '../../../contract/host.ts'
import type { RuntimeAnswer } from '../../../contract/runtime-answer.ts'
import type { Logger } from '../../telemetry/log.ts'

export interface Entry<T> {
  answer: RuntimeAnswer
  derived: T
  expiresAt: number
  /** Time from which the entry is due for a check in the background. */
  checkAt: number
  /** Invalidations may have been missed: the entry is checked before its next use. */
  isSuspect: boolean
  /** Estimated memory. Bytes. */
  size: number
  /** Time at which the shared store last received this configuration. */
  sharedAt: number
}

/** A configuration that has just been confirmed, by the source or by another process. */
export type Confirmed = Pick<Entry<unknown>, 'answer' | 'size' | 'isSuspect' | 'sharedAt'> & {
  /** Time of the question, so that a slow answer does not live longer. */
  fetchedAt: number
}

export interface Entries<T> {
  readonly count: number
  has(host: Host): boolean
  /** The entry, expired or not. */
  get(host: Host): Entry<T> | undefined
  /** The entry within its TTL. */
  findValid(host: Host): Entry<T> | undefined
  /** Stores a configuration; an unchanged version keeps its derived object. */
  confirm(host: TenantHost, confirmed: Confirmed): void
  /** Puts the next check one interval off. */
  postponeCheck(entry: Entry<T>): void
  /** Lets a suspect entry serve again for a while although its check failed. */
  trustUnchecked(entry: Entry<T>): void
  /** Checks every 15 s from now on. */
  checkOften(): void
  /** Checks at the usual interval again, and each entry before its next use. */
  markAllSuspect(): void
  delete(host: Host): void
}

export interface EntriesOptions<T> {
  derive(answer: RuntimeAnswer, host: TenantHost): T
  maxBytes: number
  log: Logger
  now: () => number
}

const minCheckMs = 15_000
/** A share time that makes the next confirmation share the configuration again. */
export const neverShared = Number.NEGATIVE_INFINITY

/** Makes the memory of one process. */
export function createEntries<T>({ derive, maxBytes, log, now }: EntriesOptions<T>): Entries<T> {
  const entries = new LRUCache<Host, Entry<T>>({
    maxSize: maxBytes,
    sizeCalculation: ({ size }) => Math.min(maxBytes, size),
  })
  let checksOften = false

  const checkInterval = ({ ttlSeconds }: RuntimeAnswer) =>
    checksOften ? minCheckMs : Math.max(minCheckMs, ttlSeconds * 100)

  return {
    get count() {
      return entries.size
    },
    has: (host) => entries.has(host),
    get: (host) => entries.get(host),
    findValid(host) {
      const entry = entries.get(host)
      return entry && entry.expiresAt > now() ? entry : undefined
    },
    confirm(host, { answer, fetchedAt, ...rest }) {
      const known = entries.get(host.host)
      const unchanged = known?.answer.configVersion === answer.configVersion
      entries.set(host.host, {
        answer,
        derived: unchanged ? known.derived : derive(answer, host),
        expiresAt: fetchedAt + answer.ttlSeconds * 1000,
        checkAt: fetchedAt + checkInterval(answer),
        ...rest,
      })
      if (known && !unchanged)
        log.info('configuration changed', { tenant: host.tenant, config_version: answer.configVersion })
    },
    postponeCheck(entry) {
      entry.checkAt = now() + checkInterval(entry.answer)
    },
    trustUnchecked(entry) {
      entry.isSuspect = false
      entry.checkAt = now() + minCheckMs
    },
    checkOften() {
      checksOften = true
      for (const entry of entries.values()) entry.checkAt = Math.min(entry.checkAt, now() + minCheckMs)
    },
    markAllSuspect() {
      checksOften = false
      // The shared copies may be gone as well.
      for (const entry of entries.values()) Object.assign(entry, { isSuspect: true, sharedAt: neverShared })
    },
    delete: (host) => void entries.delete(host),
  }
}

/** Store, breakers and credentials of a tenant; a little more with publishers and the AI (docs/operations/heroku.md, "Memory"). */
const derivedBytes = 20_000

/** Estimates the memory of a configuration. Text beyond Latin-1 takes two bytes per character; other text leaves the rest to its objects. */
export function sizeOf(text: string): number {
  return 2 * text.length + derivedBytes
}
