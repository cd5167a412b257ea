/** Shared parts of all handlers: the context of a call, its body, its refusals. */
import type { Context } from 'hono'
import type { z } from 'zod'

export interface Env {
  Variables: {
    requestId: string
    /** Name of the service token, once verified. */
    token?: string
  }
}

export type Call = Context<Env>

/** Parses the JSON body with the schema. Returns `undefined` for any other body. */
export async function readBody<S extends z.ZodType>(c: Call, schema: S): Promise<z.output<S> | undefined> {
  const body: unknown = await c.req.json().catch(() => undefined)
  return schema.safeParse(body).data
}

/** Refusals by code: the status, and the detail for operators. */
export const refusals = {
  bad_token: [403, 'The service token is missing or unknown.'],
  missing_scope: [403, 'The service token lacks the scope of this call.'],
  host_required: [
    400,
    'Name one host: {"host": "..."} in the body of a POST, or ?host= in the query of a GET.',
  ],
  x_tenant_required: [400, 'Name the tenant in the header X-Tenant.'],
  credentials_ref_required: [400, 'Name the reference: {"credentials_ref": "..."} in the body.'],
  x_actor_required: [400, 'Name the person in the header X-Actor, by an e-mail address.'],
  invalid_request: [400, 'The query or the body is not valid for this call.'],
  malformed_usage: [400, 'The body is not a valid usage event.'],
  malformed_claim: [400, 'The key or the body is not valid for a claim.'],
  not_found: [404, 'Not found.'],
  unknown_tenant: [404, 'No tenant has this tenant_id.'],
  unknown_provider: [404, 'No account of this provider can be connected here.'],
  unknown_key: [404, 'No API key has this ID.'],
  unknown_webhook: [404, 'No webhook has this ID.'],
  method_not_allowed: [405, 'This path does not accept the method. See the Allow header.'],
  other_app_type: [409, 'This host is bound to another application.'],
  settings_changed: [
    409,
    'Another person or device changed the settings first. Read the newer settings, and repeat the change.',
  ],
  limit_reached: [409, 'There are as many as a gallery may have. Delete an old entry first.'],
  body_too_large: [413, 'The body is larger than 64 KiB, or than 100 KiB with a claim.'],
  settings_refused: [422, 'Nothing was changed: correct the fields that "errors" names.'],
  webhook_refused: [
    422,
    'The address of a webhook must start with https://, without a password, and be on the public internet.',
  ],
  connection_refused: [422, 'The account was not connected.'],
  if_match_required: [428, 'Name the version of the settings that you have: If-Match: "<config_version>".'],
  version_required: [428, 'Name the version to delete: ?version= or If-Match.'],
  too_many_requests: [429, 'Too many calls with this service token. See the Retry-After header.'],
  audit_unavailable: [503, 'The audit log cannot be written right now. Try again shortly.'],
  database_unavailable: [503, 'The database does not answer right now. Try again shortly.'],
  secrets_unavailable: [503, 'The stored value cannot be opened right now. Try again shortly.'],
  too_many_claims: [507, 'This tenant has too many claims.'],
  internal_error: [500, 'Something went wrong in the orchestrator.'],
} as const

export type RefusalCode = keyof typeof refusals

/** Further members of a problem document. `detail` takes the place of the usual words. */
export type ProblemMembers = Readonly<Record<string, unknown>>

/**
 * Returns a problem document (RFC 9457). Without `members`, its bytes depend on the code alone, so callers cannot tell a suspended or foreign
 * tenant from an unknown tenant.
 */
export function refuse(c: Context, code: RefusalCode, members: ProblemMembers = {}): Response {
  const [status, detail] = refusals[code]
  const problem = { title: code.replaceAll('_', ' '), status, detail, code, ...members }
  return c.body(JSON.stringify(problem), status, { 'content-type': 'application/problem+json' })
}
