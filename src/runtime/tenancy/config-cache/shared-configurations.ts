/**
 * Configurations as the processes of a fleet share them: what one has asked the orchestrator for, the others take over. They are sealed,
 * so a writer of the store can neither make an admin nor swap two tenants. A failing store or an unusable value means that the
 * orchestrator is asked instead; nothing here rejects.
 */
import { z } from 'zod'
import type { Host } from '../../../contract/host.ts'
import { type RuntimeAnswer, toBody } from '../../../contract/runtime-answer.ts'
import { toLookup } from '../../../ports/config-source.ts'
import type { SealedStore } from '../../sealing/sealed-store.ts'
import { describeError, type Logger } from '../../telemetry/log.ts'

export interface SharedConfigurations {
  /** The newest that is known and still valid. */
  get(host: Host): Promise<SharedConfiguration | null>
  put(host: Host, text: string, answer: RuntimeAnswer): Promise<void>
  delete(host: Host): Promise<void>
}

export interface SharedConfiguration {
  answer: RuntimeAnswer
  /** When the orchestrator was asked, by the clock of the process that did, but never later than now. */
  fetchedAt: number
  text: string
}

/** Keeps nothing where the store is this process's own, which has it all in memory anyway. */
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

/** Longest sealed configuration that is taken over: three times what a long one takes (100 KB of prompts). Characters. */
export const maxSealedLength = 500_000

/** What other processes are told: all that is used of an answer, and nothing else that the source may have sent. */
export function sharedText(answer: RuntimeAnswer, fetchedAt: number): string {
  return JSON.stringify({ fetchedAt, body: toBody(answer) })
}

/**
 * Largest accepted lead of another process's clock. A date further ahead hides the age of a configuration, which could then serve for
 * twice its TTL. Only dates in the future show a lead: with an older date the configuration serves longer, by the length of the lead.
 */
const maxClockSkewMs = 1000

const sharedSchema = z.object({ fetchedAt: z.number(), body: z.unknown() })

/** Where the shared store holds the configuration of a host. */
export function kvKey(host: string): string {
  return `config:${host}`
}
