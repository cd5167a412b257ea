/**
 * Queue of audit lines: ordered, written in batches, bounded in memory. Lines of credentials and usage are written before their call is
 * answered, and are never dropped. Calls with a bad token or an unknown host are only counted.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type AuditLine, AuditUnavailable } from '../contract/audit.ts'
import { createAuditCounts } from './counts.ts'

export interface AuditLogOptions {
  /** Appends lines. Rejects if the write failed. The same lines are then appended again. */
  append(lines: readonly AuditLine[]): Promise<void>
  /** Called once when writing begins to fail, and at the end if lines were lost. */
  onFailure(reason: string): void
  /** Interval between two lines of counts. Default 10,000. */
  countsMs?: number
  /** Longest wait of a call for its line, shorter than the publisher's timeout. Default 2000. */
  patienceMs?: number
  /** Delay before a failed write is retried. Default 1000. */
  retryMs?: number
  /** Longest wait for the last lines when the log closes. Default 5000. */
  closeMs?: number
  /** Delay before a batch is written, so that calls of the same moment share a write. Default 0. */
  gatherMs?: number
}

export interface AuditLog {
  /**
   * Adds one line. For credentials and usage, the promise resolves when the line is written, and rejects with {@link AuditUnavailable} if
   * that takes too long. For other lines, the promise resolves at once. A closed log rejects all lines.
   */
  write(line: AuditLine): Promise<void>
  /** Writes everything, counts included. Lines that come later are refused. */
  close(): Promise<void>
  /** Returns the lines that are not yet known to be written. */
  unwritten(): AuditLine[]
}

/** Upper bound on waiting lines while the disk is slow or full (about 300 bytes each). */
const maxWaiting = 10_000
/** Number of waiting lines beyond which only lines of credentials and usage are queued. */
const maxDroppable = maxWaiting / 2
/** Lines per write. */
const maxBatch = 500

interface Waiting {
  line: AuditLine
  onWritten: () => void
}

export function createAuditLog(options: AuditLogOptions): AuditLog {
  const { append, onFailure, countsMs = 10_000, patienceMs = 2000, retryMs = 1000, closeMs = 5000 } = options
  const { gatherMs = 0 } = options
  const waiting: Waiting[] = []
  const counts = createAuditCounts()
  let writing: Promise<void> | undefined
  let countsTimer: NodeJS.Timeout | undefined
  let isFailing = false
  let isClosing = false
  let isClosed = false

  function enqueue(line: AuditLine, onWritten = () => {}): void {
    waiting.push({ line, onWritten })
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
  }

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

  function writeCounts(): void {
    countsTimer = undefined
    if (waiting.length < maxDroppable) for (const line of counts.take()) enqueue(line)
    else countLater()
  }

  function countLater(): void {
    countsTimer ??= setTimeout(writeCounts, countsMs).unref()
  }

  function count(line: AuditLine): void {
    counts.add(line)
    countLater()
  }

  async function writeSurely(line: AuditLine): Promise<void> {
    if (waiting.length >= maxWaiting) throw new AuditUnavailable()
    const written = Promise.withResolvers<void>()
    const patience = setTimeout(() => written.reject(new AuditUnavailable()), patienceMs)
    enqueue(line, written.resolve)
    await written.promise.finally(() => clearTimeout(patience))
  }

  return {
    async write(line) {
      // A call that outlives the log gets no answer, because its connection is cut.
      if (isClosing) throw new AuditUnavailable()
      if (mayNotBeDropped(line)) return writeSurely(line)
      if (isFromUnknownClient(line) || waiting.length >= maxDroppable) count(line)
      else enqueue(line)
    },

    async close() {
      isClosing = true
      clearTimeout(countsTimer)
      for (const line of counts.take()) enqueue(line)
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

function mayNotBeDropped({ action }: AuditLine): boolean {
  return action === 'credentials.resolve' || action === 'billing.usage'
}

/** Checks if any client can cause the entry, with a bad token or an unknown host. */
function isFromUnknownClient({ action, tenant }: AuditLine): boolean {
  return action === 'access' || (action === 'runtime.read' && tenant === null)
}
