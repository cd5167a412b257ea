/** `/v1/billing/usage`: usage events, each counted once and written to the audit log. */
import type { Hono } from 'hono'
import { z } from 'zod'
import type { LineOf } from './audit.ts'
import { type Env, readBody, refuse } from './call.ts'
import type { Registry, UsageStore } from './ports.ts'
import { storableText } from './storable-text.ts'

export const usagePath = '/v1/billing/usage'
const event = {
  tenant_id: z.string().min(1).max(253),
  source: z.enum(['publisher', 'publisher_storage_ops']),
  idempotency_key: storableText.max(200),
  quantity: z.number().int().nonnegative(),
  occurred_at: z.iso.datetime({ offset: true }).max(64),
}
export const usageBody = z.discriminatedUnion('metric', [
  z.object({ ...event, metric: z.literal('ai_tokens'), unit: z.literal('tokens') }),
  /** V2's count of storage requests. */
  z.object({ ...event, metric: z.literal('storage_ops_requests'), unit: z.literal('requests') }),
])

/** Adds POST to the app. A repeated event is accepted, but not counted again. */
export function addUsage(app: Hono<Env>, registry: Registry, usage: UsageStore, line: LineOf): void {
  app.post(usagePath, async (c) => {
    const body = await readBody(c, usageBody)
    if (!body) return refuse(c, 'malformed_usage')
    const { tenant_id, source: _source, ...event } = body
    const isName = storableText.safeParse(tenant_id).success
    const tenant = isName ? await registry.billed(tenant_id) : undefined
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
  app.all(usagePath, (c) => {
    c.header('allow', 'POST')
    return refuse(c, 'method_not_allowed')
  })
}
