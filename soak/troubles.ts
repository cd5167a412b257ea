/** Schedule of the injected vendor faults. */
import { rateLimited as dropboxLimit, type Fault, serverError } from '../dev/emulators/dropbox/faults.ts'
import { rateLimited as telegramLimit } from '../dev/emulators/telegram/faults.ts'
import { pause } from '../src/base/time.ts'
import type { ScriptedAnswer } from '../test/support/fakes/orchestrator.ts'
import type { Trouble } from './proxy.ts'

export type Vendor = 'orchestrator' | 'dropbox' | 's3' | 'telegram' | 'openai' | 'smtp'
export type TroubleKind = 'error' | 'reset' | 'limit' | 'slow' | 'lost' | 'outage'

export interface Window {
  vendor: Vendor
  kind: TroubleKind
  from: number
  /** Infinity while the trouble lasts. */
  to: number
}

const vendors = ['orchestrator', 'dropbox', 's3', 'telegram', 'openai', 'smtp'] as const
const passing = ['error', 'reset', 'limit', 'slow', 'lost'] as const

/** Duration of an orchestrator outage, longer than the shortest TTL (5 s). */
const outageMs = 10_000
export const slowMs = 1500

export interface Troubles {
  /** Returns the trouble for a call now: for all calls in an outage, for most calls otherwise. */
  of(vendor: Vendor): TroubleKind | undefined
  /** True when the vendor was in trouble in this period or shortly before. Delayed calls may fail a little later. */
  between(vendor: Vendor, from: number, to: number): boolean
  /** True during an orchestrator outage. */
  isOutage(): boolean
  windows: readonly Window[]
  /** Runs the schedule until the signal fires. */
  run(signal: AbortSignal): Promise<void>
}

/** Time after a trouble in which calls may still fail, longer than a delayed call and its retry. */
const aftermathMs = 4000

/** Creates the schedule. Each vendor gets each kind of trouble in turn; a vendor already in trouble is skipped. */
export function createTroubles(random: () => number): Troubles {
  const windows: Window[] = []
  const current = new Map<Vendor, Window>()
  const combinations = vendors.flatMap((vendor) => passing.map((kind) => ({ vendor, kind })))

  async function cause(vendor: Vendor, kind: TroubleKind, ms: number, signal: AbortSignal): Promise<void> {
    if (current.has(vendor)) return
    const window: Window = { vendor, kind, from: Date.now(), to: Number.POSITIVE_INFINITY }
    windows.push(window)
    current.set(vendor, window)
    await pauseQuietly(ms, signal)
    window.to = Date.now()
    current.delete(vendor)
  }

  return {
    windows,
    of(vendor) {
      const kind = current.get(vendor)?.kind
      return kind === 'outage' || random() < 0.6 ? kind : undefined
    },
    between: (vendor, from, to) =>
      windows.some(
        (window) => window.vendor === vendor && window.from <= to && window.to + aftermathMs >= from,
      ),
    isOutage: () => current.get('orchestrator')?.kind === 'outage',
    async run(signal) {
      for (let step = 0; !signal.aborted; step++) {
        if (step % 15 === 4) void cause('orchestrator', 'outage', outageMs, signal)
        if (step % combinations.length === 0) shuffle(combinations, random)
        const next = combinations[step % combinations.length]
        if (next) void cause(next.vendor, next.kind, 1500 + random() * 2500, signal)
        await pauseQuietly(1500 + random() * 1500, signal)
      }
    },
  }
}

/** Shuffles in place (Fisher-Yates). */
function shuffle<T>(items: T[], random: () => number): void {
  for (let end = items.length - 1; end > 0; end--) {
    const other = Math.floor(random() * (end + 1))
    const [one, two] = [items[end], items[other]]
    if (one !== undefined && two !== undefined) [items[end], items[other]] = [two, one]
  }
}

export function pick<T>(items: readonly [T, ...T[]], random: () => number): T
export function pick<T>(items: readonly T[], random: () => number): T | undefined
export function pick<T>(items: readonly T[], random: () => number): T | undefined {
  return items[Math.floor(random() * items.length)]
}

/** Waits `ms` milliseconds. Ends early, without an error, when the signal fires. */
export async function pauseQuietly(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, signal).catch(() => undefined)
}

/** Converts a trouble to a fault of the Dropbox, Telegram and OpenAI emulators. */
export async function createEmulatorFaults(): Promise<
  (vendor: 'dropbox' | 'telegram' | 'openai', kind: TroubleKind | undefined) => Fault | undefined
> {
  const limits = { dropbox: dropboxLimit(1), telegram: await telegramLimit(1), openai: dropboxLimit(1) }
  return (vendor, kind) => {
    switch (kind) {
      case undefined:
        return undefined
      case 'limit':
        return limits[vendor]
      case 'slow':
        return { kind: 'hold', until: pause(slowMs) }
      case 'lost':
        return { kind: 'answer-lost' }
      case 'reset':
        return { kind: 'reset' }
      case 'error':
      case 'outage':
        return serverError(503)
    }
  }
}

/** Converts a trouble to a fault of the S3 gate. */
export function gateTrouble(kind: TroubleKind | undefined): Trouble | undefined {
  switch (kind) {
    case undefined:
      return undefined
    case 'limit':
      return { kind: 'answer', status: 429, headers: { 'retry-after': '1' } }
    case 'slow':
      return { kind: 'slow', ms: slowMs }
    case 'lost':
    case 'reset':
      return { kind }
    case 'error':
    case 'outage':
      return { kind: 'answer', status: 503 }
  }
}

/** Converts a trouble to an orchestrator's answer. `slow` exceeds the 3 s timeout of an attempt. */
export async function orchestratorAnswer(
  kind: TroubleKind | undefined,
): Promise<ScriptedAnswer | 'reset' | undefined> {
  switch (kind) {
    case undefined:
      return undefined
    case 'limit':
      return { status: 429, headers: { 'retry-after': '1' } }
    case 'slow':
      await pause(3500)
      return undefined
    case 'lost':
      return { status: 200, body: '{"schema_version":2,"tenant":' }
    case 'reset':
      return 'reset'
    case 'error':
    case 'outage':
      return { status: 503 }
  }
}
