/** Audit lines: who did what to whose photos, or was not allowed to. Filter the log by `msg` = `audit`. */
import type { Services } from '../runtime/services.ts'
import type { Person } from '../runtime/sign-in/sessions.ts'
import type { LogFields } from '../runtime/telemetry/log.ts'
import type { Exchange } from './exchange.ts'

export interface AuditEvent {
  /** What was asked for: `sign-in`, `sign-out`, or the method and path pattern of a route. */
  action: string
  /** `started`: the answer is a stream, whose end has a line of its own. */
  outcome: 'ok' | 'started' | 'failed' | 'refused'
  /** Reason of a failure or refusal: a code of src/base/error-codes.ts or of the sign-in, never the words of another program. */
  reason?: string | undefined
  /** Default: who is signed in on this exchange. Only addresses that the identity provider has verified. */
  who?: Person | null
  /** Default: the tenant of this exchange. */
  tenant?: string
  /** What else is worth knowing. No secrets, no text of people. */
  details?: LogFields
}

/** Writes one line. */
export function audit(exchange: Exchange, { log }: Pick<Services, 'log'>, event: AuditEvent): void {
  const who = event.who === undefined ? exchange.session : event.who
  log.info('audit', {
    request_id: exchange.requestId,
    tenant: event.tenant ?? exchange.runtime?.tenant,
    who: who?.email,
    subject: who?.subject,
    action: event.action,
    outcome: event.outcome,
    reason: event.reason,
    ...event.details,
  })
}
