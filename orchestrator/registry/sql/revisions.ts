/** Notices changes of tenants, of this process and of others, and keeps memory true. During an outage of the database, memory still answers. */
import type { LRUCache } from 'lru-cache'
import type { Database } from '../../database/database.ts'
import { createRefresher } from '../../database/refresher.ts'

export interface RevisionsOptions {
  database: Database
  now: () => number
  pollMs: number
  /** Called before any answer that a change may have outdated. */
  onChange(): void
}

export interface Revisions {
  /** Returns the remembered value, or reads it. An absent value is not remembered. */
  cached<V extends object | string>(
    memory: LRUCache<string, V>,
    key: string,
    readValue: () => Promise<V | undefined>,
  ): Promise<V | undefined>
  /** Forgets all remembered values. */
  forget(): void
}

/** Creates the poll. Nothing runs without a call: the poll is part of the first call after `pollMs`. */
export function createRevisions({ database, now, pollMs, onChange }: RevisionsOptions): Revisions {
  let seen: string | undefined
  let generation = 0
  const polls = createRefresher({ read: poll, now })

  async function poll(): Promise<void> {
    const row = await database.read
      .selectFrom('tenant')
      .select((eb) => [eb.fn.max('revision').as('last'), eb.fn.countAll().as('tenants')])
      .executeTakeFirst()
    const current = `${row?.last}/${row?.tenants}`
    if (seen !== undefined && seen !== current) forget()
    seen = current
  }

  function forget(): void {
    generation++
    onChange()
  }

  return {
    forget,
    async cached(memory, key, readValue) {
      const refreshing = polls.refresh(pollMs)
      if (refreshing) await refreshing
      const known = memory.get(key)
      if (known !== undefined) return known
      const startedIn = generation
      const value = await readValue()
      // A change during the read may be newer than the value.
      if (value !== undefined && startedIn === generation) memory.set(key, value)
      return value
    },
  }
}
