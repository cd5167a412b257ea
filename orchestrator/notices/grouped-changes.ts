/** Changes of many calls in few transactions, so that a burst of notices does not hold up other changes. */
import type { Database, Tx } from '../database/database.ts'

type Act = (tx: Tx) => Promise<void>

interface Waiting {
  act: Act
  resolve(): void
  reject(error: unknown): void
}

/** Upper bound on acts in one transaction. */
const maxActs = 100

/**
 * Returns a function that runs an act within a change. Acts that arrive during a change share the next change, and fail together.
 */
export function groupChanges(database: Pick<Database, 'change'>): (act: Act) => Promise<void> {
  const waiting: Waiting[] = []
  let isRunning = false

  async function runAll(): Promise<void> {
    isRunning = true
    while (waiting.length > 0) await runGroup(waiting.splice(0, maxActs))
    isRunning = false
  }

  async function runGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await database.change(async (tx) => {
        for (const { act } of group) await act(tx)
      })
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  return (act) =>
    new Promise((resolve, reject) => {
      waiting.push({ act, resolve, reject })
      if (!isRunning) void runAll()
    })
}
