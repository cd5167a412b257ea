/**
 * A queue of audit lines: ordered, written in batches, bounded in memory. Lines about credentials and usage are on the disk before
 * their call is answered, and are never dropped. Strangers are counted, and written as counts.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { createAuditCounts } from './audit-counts.ts'
import { type AuditLine, AuditUnavailable } from './handlers/audit.ts'

export interface AuditLogOptions {
  /** Writes text behind what is there; rejects where it could not. */
  append(text: string): Promise<void>
  /** Told once when writing begins to fail, and of lines that are given up at the end. */
  onFailure(reason: string): void
  /** Between two lines of counts. Default 10,000. */
  countsMs?: number
  /** Longest wait of a call for its line. Less than the publisher waits for an answer. Default 2000. */
  patienceMs?: number
  /** Between two tries of a write that failed. Default 1000. */
  retryMs?: number
  /** Longest wait at the end for a disk that does not take the rest. Default 5000. */
  closeMs?: number
}

export interface AuditLog {
  /**
   * Takes one line. For a read of credentials and for usage it resolves when the line is written, and rejects with
   * {@link AuditUnavailable} where it is not in time; for the rest it resolves at once.
   */
  write(line: AuditLine): Promise<void>
  /** Writes everything, counts included. */
  close(): Promise<void>
  /** The lines that are not known to be written. */
  unwritten(): string
}

/** Lines in memory while the disk is slow or full, about 300 bytes each. */
const maxWaiting = 10_000
/** Beyond so many, only lines that may not be dropped are taken. */
const maxDroppable = maxWaiting / 2
/** Lines in one write. */
const maxBatch = 500

interface Waiting {
  text: string
  onWritten: () => void
}

export function createAuditLog(options: AuditLogOptions): AuditLog {
  const { append, onFailure, countsMs = 10_000, patienceMs = 2000, retryMs = 1000, closeMs = 5000 } = options
  const waiting: Waiting[] = []
  const counts = createAuditCounts()
  let writing: Promise<void> | undefined
  let countsTimer: NodeJS.Timeout | undefined
  let isFailing = false

  function enqueue(line: AuditLine, onWritten = () => {}): void {
    waiting.push({ text: `${JSON.stringify(line)}\n`, onWritten })
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch)
      // A write that failed may have left half of a line, which must not run into the next one.
      const written = await tryAppend((isFailing ? '\n' : '') + batch.map(({ text }) => text).join(''))
      if (!written) await pause(retryMs, undefined, { ref: false })
      else for (const { onWritten } of waiting.splice(0, batch.length)) onWritten()
    }
  }

  async function tryAppend(text: string): Promise<boolean> {
    try {
      await append(text)
      isFailing = false
      return true
    } catch (error) {
      if (!isFailing) onFailure(error instanceof Error ? error.message : String(error))
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
      if (mayNotBeDropped(line)) return writeSurely(line)
      if (isFromUnknownClient(line) || waiting.length >= maxDroppable) count(line)
      else enqueue(line)
    },

    async close() {
      clearTimeout(countsTimer)
      for (const line of counts.take()) enqueue(line)
      await Promise.race([writing, pause(closeMs)])
      if (waiting.length > 0) onFailure(`${waiting.length} lines were not written`)
    },

    unwritten: () => waiting.map(({ text }) => text).join(''),
  }
}

function mayNotBeDropped({ action }: AuditLine): boolean {
  return action === 'credentials.resolve' || action === 'billing.usage'
}

/** Any visitor of the publisher can ask for a host that there is not. */
function isFromUnknownClient({ action, tenant }: AuditLine): boolean {
  return action === 'access' || (action === 'runtime.read' && tenant === null)
}
