/** Checks of `/v1/billing/usage`. Their events have the quantity 0, so that a live orchestrator bills nothing. */
import { z } from 'zod'
import type { Check } from '../check.ts'
import { NotApplicable, tenantOf } from '../expectations.ts'
import { post, type Subject, usagePath } from '../subject.ts'

const metrics = [
  { source: 'publisher', metric: 'ai_tokens', unit: 'tokens' },
  { source: 'publisher_storage_ops', metric: 'storage_ops_requests', unit: 'requests' },
] as const

const problemSchema = z.object({ code: z.string() })

export const usageChecks: readonly Check[] = [
  {
    name: 'accepts usage of tokens and storage requests, also a second time under the same key',
    why: 'Usage would be lost, or the publisher would report it again and again.',
    run: async (subject) => {
      for (const usage of metrics) {
        const body = eventOf(subject, usage)
        for (const time of ['first', 'second']) {
          const { ok, status } = await send(subject, body)
          if (!ok) throw new Error(`the ${time} event of ${usage.metric} got ${status}`)
        }
      }
    },
  },
  {
    name: 'refuses usage with 403 for a wrong token',
    why: 'Strangers could bill tenants.',
    run: async (subject) => {
      const headers = { authorization: 'Bearer not-a-token-of-this-orchestrator' }
      const { status } = await send(subject, eventOf(subject, metrics[0]), headers)
      if (status !== 403) throw new Error(`it got ${status}, not 403`)
    },
  },
]

function eventOf(subject: Subject, usage: (typeof metrics)[number]): string {
  return JSON.stringify({
    tenant_id: tenantOf(subject.host),
    ...usage,
    idempotency_key: crypto.randomUUID(),
    quantity: 0,
    occurred_at: new Date().toISOString(),
  })
}

/** Sends an event. Throws `NotApplicable` for the 404 of an unknown path, because billing is optional. */
async function send(subject: Subject, body: string, headers?: Record<string, string>): Promise<Response> {
  const response = await post(subject, usagePath, body, headers)
  if (response.status !== 404) return response
  if ((await codeOf(response)) === 'unknown_tenant')
    throw new Error(`the tenant ${tenantOf(subject.host)} of a bound host is unknown to the billing`)
  throw new NotApplicable('the orchestrator has no billing')
}

/** Returns the member `code` of a problem document. */
async function codeOf(response: Response): Promise<string | undefined> {
  const body: unknown = await response.json().catch(() => undefined)
  return problemSchema.safeParse(body).data?.code
}
