/** What all handlers share about one call: its context, its body, its refusals. */
import type { Context } from 'hono'
import type { z } from 'zod'

export interface Env {
  Variables: {
    requestId: string
    /** The name of the service token, once it was checked. */
    token?: string
  }
}

export type Call = Context<Env>

/** The body as JSON in the schema's shape; undefined where it is not. */
export async function readBody<S extends z.ZodType>(c: Call, schema: S): Promise<z.output<S> | undefined> {
  const body: unknown = await c.req.json().catch(() => undefined)
  return schema.safeParse(body).data
}

/** Every refusal of this orchestrator: its status, and what is said to the operator who looks at it. */
const refusals = {
  bad_token: [403, 'The service token is missing or not one of ours.'],
  host_required: [
    400,
    'Name one host: {"host": "..."} in the body of a POST, or ?host= in the query of a GET.',
  ],
  x_tenant_required: [400, 'Name the tenant in the header X-Tenant.'],
  credentials_ref_required: [400, 'Name the reference: {"credentials_ref": "..."} in the body.'],
  malformed_usage: [400, 'This is no usage event of the contract.'],
  not_found: [404, 'There is nothing here, or nothing of yours.'],
  method_not_allowed: [405, 'This path has other methods; see the header Allow.'],
  other_app_type: [409, 'This host is bound to another application.'],
  body_too_large: [413, 'The body is larger than any call of the contract.'],
  too_many_requests: [429, 'Too many calls with this service token. See the header Retry-After.'],
  audit_unavailable: [503, 'The audit log takes no lines at the moment. Try again shortly.'],
  internal_error: [500, 'Something went wrong in the orchestrator.'],
} as const

/**
 * A problem document (RFC 9457). It holds nothing of the call, so that two answers with one code are the same to the byte:
 * what is suspended or another tenant's cannot be told from what does not exist.
 */
export function refuse(c: Context, code: keyof typeof refusals): Response {
  const [status, detail] = refusals[code]
  const problem = { title: code.replaceAll('_', ' '), status, detail, code }
  return c.body(JSON.stringify(problem), status, { 'content-type': 'application/problem+json' })
}
