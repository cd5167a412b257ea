/** `/v1/billing/usage`: usage events, each counted once and written to the audit log. */
import type { Hono } from 'hono'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Audit } from './audit.ts'
import { type Env, readBody, refuse } from './call.ts'

const path = '/v1/billing/usage'
const event = {
  tenant_id: z.string().min(1).max(253),
  source: z.enum(['publisher', 'publisher_storage_ops']),
  idempotency_key: z.string().min(1).max(200),
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

/** Upper bound on remembered events. After a restart, billing recognises repetitions by the keys in the log. */
const maxRemembered = 50_000

/** Adds POST to the app. A repeated event is accepted, but not counted again. */
export function addUsage(app: Hono<Env>, audit: Audit): void {
  const counted = new LRUCache<string, true>({ max: maxRemembered })

  app.post(path, async (c) => {
    const event = await readBody(c, bodySchema)
    if (!event) return refuse(c, 'malformed_usage')
    const { tenant_id, source: _source, ...usage } = event
    const key = JSON.stringify([tenant_id, event.idempotency_key])
    const repeated = counted.has(key)
    counted.set(key, true)
    const entry = {
      action: 'billing.usage',
      tenant: tenant_id,
      outcome: repeated ? 'repeated' : 'counted',
      ...(!repeated && { usage }),
    } as const
    await audit(c, entry).catch((error: unknown) => {
      // Only logged events count. The refused caller sends the event again.
      if (!repeated) counted.delete(key)
      throw error
    })
    return c.json({ accepted: true })
  })
  app.all(path, (c) => {
    c.header('allow', 'POST')
    return refuse(c, 'method_not_allowed')
  })
}
