/** Queue of audit lines: ordered, written in batches, tried again until they are written. */
import { setTimeout as pause } from 'node:timers/promises'
import type { AuditLine } from '../contract/audit.ts'

export interface LineQueueOptions {
  /** Appends lines. Rejects if the write failed. The same lines are then appended again. */
  append(lines: readonly AuditLine[]): Promise<void>
  /** Called once when writing begins to fail, and at the end if lines were lost. */
  onFailure(reason: string): void
  /** Delay before a failed write is retried. Default 1000. */
  retryMs?: number
  /** Delay before a batch is written, so that calls of the same moment share a write. Default 0. */
  gatherMs?: number
}

export interface LineQueue {
  /** Number of waiting lines. */
  length(): number
  /** Adds a line. `onWritten` is called when the line is written. */
  add(line: AuditLine, onWritten?: () => void): void
  /** Writes the waiting lines for at most `closeMs`, then stops. */
  close(closeMs: number): Promise<void>
  /** Returns the lines that are not yet known to be written. */
  unwritten(): AuditLine[]
}

/** Lines per write. */
const maxBatch = 500

interface Waiting {
  line: AuditLine
  onWritten: () => void
}

/** Creates an empty queue. */
export function createLineQueue(options: LineQueueOptions): LineQueue {
  const { append, onFailure, retryMs = 1000, gatherMs = 0 } = options
  const waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let isFailing = false
  let isClosed = false

  async function writeAll(): Promise<void> {
    while (waiting.length > 0 && !isClosed) {
      if (gatherMs > 0) await pause(gatherMs)
      const batch = waiting.slice(0, maxBatch)
      const written = await tryAppend(batch.map(({ line }) => line))
      if (!written) await pause(retryMs, undefined, { ref: false })
      else for (const { onWritten } of waiting.splice(0, batch.length)) onWritten()
    }
  }

  async function tryAppend(lines: readonly AuditLine[]): Promise<boolean> {
    try {
      await append(lines)
      isFailing = false
      return true
    } catch (error) {
      if (!isFailing && !isClosed) onFailure(error instanceof Error ? error.message : String(error))
      isFailing = true
      return false
    }
  }

  return {
    length: () => waiting.length,

    add(line, onWritten = () => {}) {
      waiting.push({ line, onWritten })
      writing ??= writeAll().finally(() => {
        writing = undefined
      })
    },

    async close(closeMs) {
      // A pause that stayed behind would keep the process from ending.
      const closed = new AbortController()
      const patience = pause(closeMs, undefined, { signal: closed.signal }).catch(() => undefined)
      await Promise.race([writing, patience])
      closed.abort()
      isClosed = true
      if (waiting.length > 0) onFailure(`${waiting.length} lines were not written`)
    },

    unwritten: () => waiting.map(({ line }) => line),
  }
}
