/** Author of a change, and the audit lines about the author's acts. */
import type { AuditEntry, AuditLine } from '../contract/audit.ts'

export interface Actor {
  /** E-mail of a person, or the name of a program. */
  name: string
  /** ID of the request or command. */
  requestId: string
}

/** Creates an audit line about an act. */
export function lineBy({ name, requestId }: Actor, entry: AuditEntry, now = Date.now()): AuditLine {
  return { time: new Date(now).toISOString(), request_id: requestId, actor: name, ...entry }
}
