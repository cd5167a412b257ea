/**
 * Configurations in memory, within a bound on their bytes; the least recently used are evicted. Each entry owns the objects derived from
 * its configuration, so a new version replaces them all at once.
 */
import { LRUCache } from 'lru-cache'
import type { Host, TenantHost } from '../../../contract/host.ts'
import type { RuntimeAnswer } from '../../../contract/runtime-answer.ts'
import type { Logger } from '../../telemetry/log.ts'

export interface Entry<T> {
  answer: RuntimeAnswer
  derived: T
  expiresAt: number
  /** Time of the next check in the background. */
  checkAt: number
  /** True when invalidations may have been missed. Such an entry is checked before its next use. */
  isSuspect: boolean
  /** Estimated bytes of memory. */
  size: number
  /** Time at which the shared store last received this configuration. */
  sharedAt: number
}

/** Configuration that the source or another process has just confirmed. */
export type Confirmed = Pick<Entry<unknown>, 'answer' | 'size' | 'isSuspect' | 'sharedAt'> & {
  /** Time of the request, so that a slow answer does not live longer. */
  fetchedAt: number
}

export interface Entries<T> {
  readonly count: number
  has(host: Host): boolean
  /** Returns the entry, expired or not. */
  get(host: Host): Entry<T> | undefined
  /** Returns the entry if its TTL has not ended. */
  findValid(host: Host): Entry<T> | undefined
  /** Stores a configuration; an unchanged version keeps its derived object. */
  confirm(host: TenantHost, confirmed: Confirmed): void
  /** Postpones the next check by one interval. */
  postponeCheck(entry: Entry<T>): void
  /** Lets a suspect entry serve for a while although its check failed. */
  trustUnchecked(entry: Entry<T>): void
  /** Checks each entry in use every 15 s from now on. */
  checkOften(): void
  /** Checks each entry before its next use, then at the usual interval. */
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
/** Value of `sharedAt` that makes the next confirmation write the configuration to the shared store. */
export const neverShared = Number.NEGATIVE_INFINITY

/** Creates the memory of one process. */
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
      // The shared copies may be gone too.
      for (const entry of entries.values()) Object.assign(entry, { isSuspect: true, sharedAt: neverShared })
    },
    delete: (host) => void entries.delete(host),
  }
}

/**
 * Memory of a tenant beside the text of its configuration: its objects, and a storage in use with breakers, credentials and a token.
 * Measured with a Dropbox (bench/config-cache.ts).
 */
const derivedBytes = 42_000

/** Characters for which JavaScript keeps a whole string in two bytes per character. */
const wide = /[\u0100-\uffff]/

/** Estimates the bytes of a configuration in use: one per character, or two if a character needs them. */
export function sizeOf(text: string): number {
  return (wide.test(text) ? 2 : 1) * text.length + derivedBytes
}
