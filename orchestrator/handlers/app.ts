/** The contract's calls, as fetch handlers. */
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Registry } from '../registry.ts'
import { access } from './access.ts'
import { type AuditLine, AuditUnavailable, createAudit } from './audit.ts'
import { type Env, refuse } from './call.ts'
import { addCredentials } from './credentials.ts'
import { addRuntime } from './runtime.ts'
import { addUsage } from './usage.ts'

export interface OrchestratorOptions {
  /** What is known now; asked with each call. */
  registry: () => Promise<Registry>
  /** Primary and secondary service token; any of them is accepted. */
  tokens: readonly string[]
  /**
   * Takes one line of the audit log. Its answer is awaited before the call is answered; where it rejects with `AuditUnavailable`,
   * nothing is handed out and the call is answered with 503.
   */
  audit(line: AuditLine): unknown
  now?: () => number
  /** Calls per minute and token. Default 6000. */
  callsPerMinute?: number | undefined
  /** The answer for a host of another application. Default 404, the only refusal of a host that V2 knows. */
  otherAppStatus?: 404 | 409 | undefined
  /** Told about an error that no caller is to blame for. Default: it is only answered with 500. */
  onError?(error: Error): void
}

/** More than any call of the contract needs. Bytes. */
const maxBodyBytes = 64 * 1024

/** Makes the handlers of one orchestrator. */
export function createOrchestrator(options: OrchestratorOptions): Hono<Env> {
  const { registry, tokens, now = Date.now, callsPerMinute = 6000, otherAppStatus = 404, onError } = options
  const audit = createAudit(options.audit, now)
  const app = new Hono<Env>()

  app.use(requestId)
  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.use('/v1/*', noStore, access({ tokens, callsPerMinute, audit, now }))
  app.use('/v1/*', bodyLimit({ maxSize: maxBodyBytes, onError: (c) => refuse(c, 'body_too_large') }))
  addRuntime(app, registry, audit, otherAppStatus)
  addCredentials(app, registry, audit)
  addUsage(app, audit)

  app.notFound((c) => refuse(c, 'not_found'))
  app.onError((error, c) => {
    if (error instanceof AuditUnavailable) {
      c.header('retry-after', '1')
      return refuse(c, 'audit_unavailable')
    }
    onError?.(error)
    return refuse(c, 'internal_error')
  })
  return app
}

/** The caller's request id, where it is a sane token, comes back; otherwise a new one. */
const requestId: MiddlewareHandler<Env> = async (c, next) => {
  const given = c.req.header('x-request-id') ?? ''
  c.set('requestId', /^[\w.:-]{1,128}$/.test(given) ? given : crypto.randomUUID())
  await next()
  c.header('x-request-id', c.get('requestId'))
}

/** Nothing that is said here may be kept by anything between the two programs. */
const noStore: MiddlewareHandler<Env> = async (c, next) => {
  await next()
  c.header('cache-control', 'no-store')
}
