/** Shows a change at once to a person who continues at the gallery. The invalidation that the change wrote follows in any case. */
import type { Registry } from '../contract/ports.ts'
import type { Database } from '../database/database.ts'
import type { CallFleet } from './fleet-call.ts'

/** Longest wait for the fleet. A fleet that does not answer hears about the change later. */
const patienceMs = 1000

export interface ShowNowOptions {
  database: Database
  registry: Registry
  /** Absent without an address of the fleet. */
  call: CallFleet | undefined
}

/** Lets this process and the fleet ask for the tenant's configuration again. Never rejects. */
export type ShowNow = (tenant: string) => Promise<void>

/** Creates the function. */
export function createShowNow({ database, registry, call }: ShowNowOptions): ShowNow {
  return async (tenant) => {
    registry.forget?.()
    if (!call) return
    const hosts = await database.read
      .selectFrom('domain')
      .select('host')
      .where('tenant', '=', tenant)
      .execute()
      .catch(() => [])
    await Promise.allSettled(hosts.map(({ host }) => call(host, AbortSignal.timeout(patienceMs))))
  }
}
