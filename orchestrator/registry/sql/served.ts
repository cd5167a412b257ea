/** Notes which configuration the fleet asked for last, in batches and beside the answers. */
import type { Registry } from '../../contract/ports.ts'
import type { Database } from '../../database/database.ts'

export interface ServedOptions {
  database: Database
  now: () => number
  /** Shortest interval between two batches. Default 30,000. */
  everyMs?: number
  /** Called if a batch cannot be written. */
  onError(error: unknown): void
}

export interface ServedNotes {
  /** Returns the same registry, whose answers by host are noted. */
  watch(registry: Registry): Registry
  /** Writes the waiting notes. Later answers are not noted. */
  close(): Promise<void>
}

/** Rows per statement, below the limit of parameters of both databases. */
const rowsPerInsert = 500

/** Creates the notes of a process. The first answer after the interval starts a batch. */
export function createServedNotes(options: ServedOptions): ServedNotes {
  const { database, now, everyMs = 30_000, onError } = options
  let waiting = new Map<string, { config_version: string; at: string }>()
  let nextAt = now() + everyMs
  let running: Promise<void> | undefined
  let isClosed = false

  async function write(): Promise<void> {
    const rows = [...waiting].map(([tenant, note]) => ({ tenant, ...note }))
    waiting = new Map()
    nextAt = now() + everyMs
    if (rows.length === 0) return
    await database.change(async (tx) => {
      for (let at = 0; at < rows.length; at += rowsPerInsert)
        await tx
          .insertInto('config_served')
          .values(rows.slice(at, at + rowsPerInsert))
          .onConflict((conflict) =>
            conflict.column('tenant').doUpdateSet((eb) => ({
              config_version: eb.ref('excluded.config_version'),
              at: eb.ref('excluded.at'),
            })),
          )
          .execute()
    })
  }

  function flush(): Promise<void> {
    running ??= write()
      .catch(onError)
      .finally(() => {
        running = undefined
      })
    return running
  }

  return {
    watch: (registry) => ({
      ...registry,
      async byHost(host) {
        const binding = await registry.byHost(host)
        if (!binding || binding.suspended || isClosed) return binding
        waiting.set(binding.tenant, {
          config_version: binding.configVersion,
          at: new Date(now()).toISOString(),
        })
        if (now() >= nextAt) void flush()
        return binding
      },
    }),
    async close() {
      isClosed = true
      await running
      await flush()
    },
  }
}
