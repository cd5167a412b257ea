/**
 * Audit log: ordered, bounded in memory. Lines of credentials and usage are written before their call is
 * answered, and are never dropped. Calls with a bad token or an unknown host are only counted.
 */
import { type AuditLine, AuditUnavailable } from '../contract/audit.ts'
import { createAuditCounts } from './counts.ts'
import { createLineQueue, type LineQueueOptions } from './line-queue.ts'

export interface AuditLogOptions extends LineQueueOptions {
  /** Interval between two lines of counts. Default 10,000. */
  countsMs?: number
  /** Longest wait of a call for its line, shorter than the publisher's timeout. Default 2000. */
  patienceMs?: number
  /** Longest wait for the last lines when the log closes. Default 5000. */
  closeMs?: number
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
/** Creates the log. */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  const { countsMs = 10_000, patienceMs = 2000, closeMs = 5000 } = options
  const queue = createLineQueue(options)
  const counts = createAuditCounts()
  let countsTimer: NodeJS.Timeout | undefined
  let isClosing = false

  function writeCounts(): void {
    countsTimer = undefined
    if (queue.length() < maxDroppable) for (const line of counts.take()) queue.add(line)
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
    if (queue.length() >= maxWaiting) throw new AuditUnavailable()
    const written = Promise.withResolvers<void>()
    const patience = setTimeout(() => written.reject(new AuditUnavailable()), patienceMs)
    queue.add(line, written.resolve)
    await written.promise.finally(() => clearTimeout(patience))
  }

  return {
    async write(line) {
      // A call that outlives the log gets no answer, because its connection is cut.
      if (isClosing) throw new AuditUnavailable()
      if (mayNotBeDropped(line)) return writeSurely(line)
      if (isFromUnknownClient(line) || queue.length() >= maxDroppable) count(line)
      else queue.add(line)
    },

    async close() {
      isClosing = true
      clearTimeout(countsTimer)
      for (const line of counts.take()) queue.add(line)
      await queue.close(closeMs)
    },

    unwritten: queue.unwritten,
  }
}

function mayNotBeDropped({ action }: AuditLine): boolean {
  return action === 'credentials.resolve' || action === 'billing.usage'
}

/** Checks if any client can cause the entry, with a bad token or an unknown host. */
function isFromUnknownClient({ action, tenant }: AuditLine): boolean {
  return action === 'access' || (action === 'runtime.read' && tenant === null)
}
