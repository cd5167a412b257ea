/** `/v1/billing/usage`: usage events, each counted once and written to the audit log. */
import type { Hono } from 'hono'
import { z } from 'zod'
import type { LineOf } from './audit.ts'
import { type Env, readBody, refuse } from './call.ts'
import type { Registry, UsageStore } from './ports.ts'

const path = '/v1/billing/usage'
const event = {
  tenant_id: z.string().min(1).max(253),
  source: z.enum(['publisher', 'publisher_storage_ops']),
  idempotency_key: z
    .string()
    .min(1)
    .max(200)
    .refine((key) => key.isWellFormed() && !key.includes('\0')),
  quantity: z.number().int().nonnegative(),
  occurred_at: z
    .string()
    .max(64)
    .pipe(z.iso.datetime({ offset: true })),
}
const bodySchema = z.discriminatedUnion('metric', [
  z.object({ ...event, metric: z.literal('ai_tokens'), unit: z.literal('tokens') }),
  /** V2's count of storage requests. */
  z.object({ ...event, metric: z.literal('storage_ops_requests'), unit: z.literal('requests') }),
])

/** Adds POST to the app. A repeated event is accepted, but not counted again. */
export function addUsage(app: Hono<Env>, registry: Registry, usage: UsageStore, line: LineOf): void {
  app.post(path, async (c) => {
    const body = await readBody(c, bodySchema)
    if (!body) return refuse(c, 'malformed_usage')
    const { tenant_id, source: _source, ...event } = body
    const tenant = await registry.billed(tenant_id)
    if (tenant === undefined) return refuse(c, 'unknown_tenant')
    await usage.count(tenant, event, (outcome) =>
      line(c, {
        action: 'billing.usage',
        tenant,
        outcome,
        ...(outcome === 'counted' && { usage: event }),
      }),
    )
    return c.json({ accepted: true })
  })
  app.all(path, (c) => {
    c.header('allow', 'POST')
    return refuse(c, 'method_not_allowed')
  })
}
