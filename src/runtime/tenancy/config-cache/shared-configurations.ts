/**
 * Configurations that the processes of a fleet share: each process adopts configurations that others fetched. The values are sealed, so a
 * writer of the store can neither forge an admin nor swap two tenants. No method rejects. If the store fails or a value is unusable, the
 * caller asks the orchestrator.
 */
import { z } from 'zod'
import type { Host } from '../../../contract/host.ts'
import { type RuntimeAnswer, toBody } from '../../../contract/runtime-answer.ts'
import { toLookup } from '../../../ports/config-source.ts'
import type { SealedStore } from '../../sealing/sealed-store.ts'
import { describeError, type Logger } from '../../telemetry/log.ts'

export interface SharedConfigurations {
  /** Returns the shared configuration, if it is still valid. */
  get(host: Host): Promise<SharedConfiguration | null>
  put(host: Host, text: string, answer: RuntimeAnswer): Promise<void>
  delete(host: Host): Promise<void>
}

export interface SharedConfiguration {
  answer: RuntimeAnswer
  /** Time of the request to the orchestrator, by the clock of the process that sent it, capped at now. */
  fetchedAt: number
  text: string
}

/** Creates the shared configurations. Stores nothing if no other process sees the store, since this process has its own memory. */
export function createSharedConfigurations(
  sealed: SealedStore,
  { log, now }: { log: Logger; now: () => number },
): SharedConfigurations {
  const store = sealed.isOwn ? undefined : sealed
  const failed = (operation: string) => (error: unknown) =>
    log.warn('shared store failed', { operation, error: describeError(error) })
  return {
    async get(host) {
      try {
        const text = (await store?.get(host, kvKey(host))) ?? 'null'
        const shared = sharedSchema.safeParse(JSON.parse(text))
        if (!shared.success) return null
        if (shared.data.fetchedAt > now() + maxClockSkewMs) return null
        const found = toLookup(shared.data.body)
        const fetchedAt = Math.min(shared.data.fetchedAt, now())
        if (found.status !== 'found' || fetchedAt + found.answer.ttlSeconds * 1000 <= now()) return null
        return { answer: found.answer, fetchedAt, text }
      } catch (error) {
        failed('get')(error)
        return null
      }
    },
    async put(host, text, { ttlSeconds }) {
      await store?.put(host, kvKey(host), text, { ttlSeconds }).catch(failed('put'))
    },
    async delete(host) {
      await store?.delete(kvKey(host)).catch(failed('delete'))
    },
  }
}

/** Characters of a sealed configuration. Three times the length of a long configuration (100 KB of prompts). */
export const maxSealedLength = 500_000

/** Returns the text for other processes: the fields of the answer that are in use, without further fields that the source sent. */
export function sharedText(answer: RuntimeAnswer, fetchedAt: number): string {
  return JSON.stringify({ fetchedAt, body: toBody(answer) })
}

/**
 * Largest accepted lead of another process's clock. A date further ahead hides the age of a configuration, which could then serve for
 * twice its TTL. Only dates in the future reveal a lead; with an older date, the configuration serves longer by that lead.
 */
const maxClockSkewMs = 1000

const sharedSchema = z.object({ fetchedAt: z.number(), body: z.unknown() })

/** Returns the key of a host's configuration in the shared store. */
export function kvKey(host: string): string {
  return `config:${host}`
}
