/** Audit log of changes, sign-ins and refusals. Filter the log by `msg` = `audit`. */

import type { Person } from '../openid/person.ts'
import type { Services } from '../runtime/services.ts'
import type { LogFields } from '../runtime/telemetry/log.ts'
import type { Exchange } from './exchange.ts'

export interface AuditEvent {
  /** Requested action: `sign-in`, `sign-out`, `enter`, or the method and path of the request. */
  action: string
  /** `started`: the response is a stream, and another line records its end. */
  outcome: 'ok' | 'started' | 'failed' | 'refused'
  /** Reason of a failure or refusal: a code of src/base/error-codes.ts or of the sign-in, never text from another program. */
  reason?: string | undefined
  /** Person who acts, with an address that the identity provider has verified. Default: the person signed in on this exchange. */
  who?: Person | null
  /** Default: the tenant of this exchange. */
  tenant?: string
  /** Further fields. Never secrets, never text that people wrote. */
  details?: LogFields
}

/** Writes one audit line to the log. */
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
