/** Counts audit entries that any client can cause, so that a flood becomes a few lines. */
import type { AuditLine } from '../contract/audit.ts'

export interface AuditCounts {
  add(line: AuditLine): void
  /** Returns one line with a `count` for each kind of entry since the last call, and resets the counts. */
  take(): AuditLine[]
}

/** Creates the counts. A kind is a combination of action, outcome and token, so the number of kinds is bounded. */
export function createAuditCounts(): AuditCounts {
  const counted = new Map<string, AuditLine & { count: number }>()
  return {
    add(line) {
      const { action, outcome, token, time, request_id } = line
      const kind = JSON.stringify([action, outcome, token])
      const count = (counted.get(kind)?.count ?? 0) + (line.count ?? 1)
      counted.set(kind, { time, request_id, action, tenant: null, outcome, ...(token && { token }), count })
    },
    take() {
      const lines = [...counted.values()]
      counted.clear()
      return lines
    },
  }
}
