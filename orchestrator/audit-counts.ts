/** Counts audit entries that strangers can cause at will, so that a flood of them is a few lines. */
import type { AuditLine } from './handlers/audit.ts'

export interface AuditCounts {
  add(line: AuditLine): void
  /** One line for each kind of entry since the last time, with its `count`; the counting begins anew. */
  take(): AuditLine[]
}

/** Makes the counts. A kind is an action, an outcome and a token, so there are as many as the program has of those. */
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
