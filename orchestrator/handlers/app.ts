/** The contract's three calls (design section 3), as fetch handlers. */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { createRateLimiter } from '../../src/runtime/rate-limit.ts'
import { equalInConstantTime } from '../../src/runtime/token-ring.ts'
import type { Registry } from '../registry.ts'

/** One line of the audit log. It never holds a secret, nor a reference in clear. */
export interface AuditLine {
  time: string
  request_id: string
  action: 'runtime.read' | 'credentials.resolve' | 'billing.usage'
  tenant: string | null
  outcome: string
}

export interface OrchestratorOptions {
  /** What is known now. */
  registry: () => Promise<Registry>
  /** Primary and secondary service token; any of them is accepted. */
  tokens: readonly string[]
  audit(line: AuditLine): void
  now?: () => number
  /** Calls per minute and token. Default 6000. */
  callsPerMinute?: number
}

interface Env {
  Variables: { requestId: string }
}

type Call = Context<Env>

const maxBodyBytes = 64 * 1024
/** Usage events that were seen, so that a repeated one counts once. */
const maxUsageKeys = 100_000

/** Makes the handlers of one orchestrator. */
export function createOrchestrator(options: OrchestratorOptions): Hono<Env> {
  const { registry, tokens, audit, now = Date.now, callsPerMinute = 6000 } = options
  const limiter = createRateLimiter({ limit: callsPerMinute, windowSeconds: 60, now, maxKeys: 100 })
  const usage = new Set<string>()
  const app = new Hono<Env>()

  const note = (c: Call, action: AuditLine['action'], tenant: string | null, outcome: string) =>
    audit({ time: new Date(now()).toISOString(), request_id: c.get('requestId'), action, tenant, outcome })

  app.use(async (c, next) => {
    const given = c.req.header('x-request-id') ?? ''
    c.set('requestId', /^[\w.:-]{1,128}$/.test(given) ? given : crypto.randomUUID())
    await next()
    c.header('x-request-id', c.get('requestId'))
  })
  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.use('/v1/*', bodyLimit({ maxSize: maxBodyBytes, onError: (c) => problem(c, 413, 'body_too_large') }))
  app.use('/v1/*', async (c, next) => {
    const given = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
    const index = tokens.findIndex((token) => equalInConstantTime(token, given))
    if (index < 0) return problem(c, 403, 'bad_token')
    const taken = limiter.take(String(index))
    if (!taken.allowed) {
      c.header('retry-after', String(Math.ceil(taken.retryAfterMs / 1000)))
      return problem(c, 429, 'too_many_requests')
    }
    return next()
  })

  async function runtime(c: Call, raw: unknown): Promise<Response> {
    const parsed = z.string().min(1).max(300).safeParse(raw)
    if (!parsed.success) return problem(c, 400, 'host_required')
    const binding = (await registry()).byHost.get(normalised(parsed.data))
    if (!binding || binding.suspended) {
      note(c, 'runtime.read', binding?.tenant ?? null, 'not_found')
      return problem(c, 404, 'not_found')
    }
    if (binding.appType !== 'publisher_v2') {
      note(c, 'runtime.read', binding.tenant, 'other_app_type')
      return problem(c, 409, 'other_app_type')
    }
    const etag = `"${binding.configVersion}"`
    c.header('etag', etag)
    const unchanged = c.req.header('if-none-match') === etag
    note(c, 'runtime.read', binding.tenant, unchanged ? 'unchanged' : 'sent')
    return unchanged ? c.body(null, 304) : c.json(binding.answer)
  }

  app.get('/v1/runtime/by-host', (c) => runtime(c, c.req.query('host')))
  app.post('/v1/runtime/by-host', async (c) => {
    const body = runtimeBody.safeParse(await json(c))
    return body.success ? runtime(c, body.data.host) : problem(c, 400, 'host_required')
  })

  app.post('/v1/credentials/resolve', async (c) => {
    c.header('cache-control', 'no-store')
    const tenant = c.req.header('x-tenant')
    const body = resolveBody.safeParse(await json(c))
    if (!tenant || !body.success)
      return problem(c, 400, tenant ? 'credentials_ref_required' : 'x_tenant_required')
    const secrets = (await registry()).byTenant.get(tenant)
    if (secrets?.insufficientBalance) {
      note(c, 'credentials.resolve', tenant, 'insufficient_balance')
      return c.json({ error: 'insufficient_balance' }, 403)
    }
    const credentials = secrets?.byRef.get(body.data.credentials_ref)
    note(c, 'credentials.resolve', secrets ? tenant : null, credentials ? 'sent' : 'not_found')
    return credentials ? c.json(credentials) : problem(c, 404, 'not_found')
  })

  app.post('/v1/billing/usage', async (c) => {
    const body = usageBody.safeParse(await json(c))
    if (!body.success) return problem(c, 400, 'malformed_usage')
    const { idempotency_key, tenant_id, quantity } = body.data
    const isNew = !usage.has(idempotency_key)
    if (isNew && usage.size < maxUsageKeys) usage.add(idempotency_key)
    note(c, 'billing.usage', tenant_id, isNew ? `${quantity} tokens` : 'repeated')
    return c.json({ accepted: true }, 202)
  })

  app.notFound((c) => problem(c, 404, 'not_found'))
  app.onError((_error, c) => problem(c, 500, 'internal_error'))
  return app
}

const runtimeBody = z.object({ host: z.string() })
const resolveBody = z.object({ credentials_ref: z.string().min(1).max(500) })
const usageBody = z.object({
  tenant_id: z.string().min(1).max(100),
  source: z.literal('publisher'),
  idempotency_key: z.string().min(1).max(200),
  metric: z.literal('ai_tokens'),
  quantity: z.number().int().nonnegative(),
  unit: z.literal('tokens'),
  occurred_at: z.iso.datetime({ offset: true }),
})

/** Lower case, without a port and without a trailing dot, as the publisher does it. */
function normalised(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}

function json(c: Call): Promise<unknown> {
  return c.req.json().catch(() => undefined)
}

/** A problem document (RFC 9457). */
function problem(c: Context, status: 400 | 403 | 404 | 409 | 413 | 429 | 500, code: string): Response {
  const body = JSON.stringify({ title: code.replaceAll('_', ' '), status, code, error: code })
  return c.body(body, status, { 'content-type': 'application/problem+json' })
}
