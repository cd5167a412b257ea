/** `/v1/claims`: creates, reads, replaces and deletes a tenant's claims. */
import type { Hono } from 'hono'
import { z } from 'zod'
import type { LineOf } from './audit.ts'
import { type Call, type Env, readBody, refuse } from './call.ts'
import type { StoredClaim } from './claim-store.ts'
import type { NotedClaims, Registry } from './ports.ts'
import { storableText } from './storable-text.ts'

export const claimsPath = '/v1/claims'
const maxKeyLength = 500
/** Largest record as JSON, in UTF-8 bytes. */
const maxRecordBytes = 64 * 1024

/** Keys of one path segment, none of which a client shortens. */
export const claimKey = storableText.max(maxKeyLength).refine((text) => text !== '.' && text !== '..')
const holder = storableText.max(200)
const ttl = z.int().min(1).max(86_400)
/** Versions are texts, but a number is compared by its digits. */
const version = z.union([z.string().min(1).max(200), z.number().transform(String)])
const record = z.custom<unknown>(isRecord)

export const createClaimBody = z.object({
  key: claimKey,
  holder,
  ttl_seconds: ttl,
  record: record.default(null),
})
export const replaceClaimBody = z.object({
  version,
  record,
  holder: holder.optional(),
  ttl_seconds: ttl.optional(),
})

export interface ClaimsOptions {
  registry: Registry
  line: LineOf
  claims: NotedClaims
}

/** Adds the four calls to the app. A tenant sees only its own claims. */
export function addClaims(app: Hono<Env>, options: ClaimsOptions): void {
  app.post(claimsPath, (c) => forTenant(c, options, (tenant) => create(c, options, tenant)))
  app.on(['GET', 'PUT', 'DELETE'], `${claimsPath}/:key`, (c) =>
    forTenant(c, options, (tenant) => {
      const named = keyOf(c.req.url)
      if (named === undefined) return refuse(c, 'malformed_claim')
      if (c.req.method === 'PUT') return replace(c, options, tenant, named)
      if (c.req.method === 'DELETE') return remove(c, options, tenant, named)
      // Hono answers HEAD with the handler of GET.
      return read(c, options, tenant, named)
    }),
  )
  app.all(claimsPath, (c) => refuseMethod(c, 'POST'))
  app.all(`${claimsPath}/:key`, (c) => refuseMethod(c, 'GET, PUT, DELETE'))
}

async function forTenant(
  c: Call,
  { registry }: ClaimsOptions,
  answer: (tenant: string) => Response | Promise<Response>,
): Promise<Response> {
  const label = c.req.header('x-tenant')
  if (!label) return refuse(c, 'x_tenant_required')
  const tenant = await registry.byLabel(label)
  return tenant === undefined ? refuse(c, 'not_found') : answer(tenant)
}

async function create(c: Call, { claims, line }: ClaimsOptions, tenant: string): Promise<Response> {
  const body = await readBody(c, createClaimBody)
  if (!body) return refuse(c, 'malformed_claim')
  const { ttl_seconds: ttlSeconds, ...wanted } = body
  const created = await claims.create(tenant, { ...wanted, ttlSeconds }, (outcome) =>
    line(c, { action: 'claims.create', tenant, outcome, claim: body.key }),
  )
  if (created.outcome === 'full') return refuse(c, 'too_many_claims')
  return answerWith(c, created.claim, created.outcome === 'created' ? 201 : 409)
}

async function read(c: Call, { claims }: ClaimsOptions, tenant: string, named: string): Promise<Response> {
  const claim = await claims.read(tenant, named)
  return claim ? answerWith(c, claim, 200) : refuse(c, 'not_found')
}

async function replace(
  c: Call,
  { claims, line }: ClaimsOptions,
  tenant: string,
  named: string,
): Promise<Response> {
  const body = await readBody(c, replaceClaimBody)
  if (!body) return refuse(c, 'malformed_claim')
  const { ttl_seconds: ttlSeconds, ...replacement } = body
  const replaced = await claims.replace(tenant, { ...replacement, key: named, ttlSeconds }, (outcome) =>
    line(c, { action: 'claims.replace', tenant, outcome, claim: named }),
  )
  if (replaced.outcome === 'missing') return refuse(c, 'not_found')
  if (replaced.outcome === 'full') return refuse(c, 'too_many_claims')
  return answerWith(c, replaced.claim, replaced.outcome === 'replaced' ? 200 : 409)
}

async function remove(
  c: Call,
  { claims, line }: ClaimsOptions,
  tenant: string,
  named: string,
): Promise<Response> {
  const given = c.req.query('version') ?? unquoted(c.req.header('if-match'))
  if (!given) return refuse(c, 'version_required')
  const deleted = await claims.delete(tenant, named, given, (outcome) =>
    line(c, { action: 'claims.delete', tenant, outcome, claim: named }),
  )
  return deleted.outcome === 'deleted' ? c.body(null, 204) : answerWith(c, deleted.claim, 409)
}

function answerWith(c: Call, claim: StoredClaim, status: 200 | 201 | 409): Response {
  c.header('etag', `"${claim.version}"`)
  return c.json(claim, status)
}

/** Returns the key of the address, decoded once. Returns `undefined` for a key that no claim can have. */
function keyOf(url: string): string | undefined {
  const segment = new URL(url).pathname.slice(claimsPath.length + 1)
  try {
    return claimKey.safeParse(decodeURIComponent(segment)).data
  } catch {
    return undefined
  }
}

/** Returns the version of an entity tag (RFC 9110, section 8.8.3), which may be weak or lack its quotes. */
function unquoted(tag = ''): string | undefined {
  return /^(?:W\/)?"([^"]{1,200})"$/.exec(tag)?.[1] ?? /^[\w-]{1,200}$/.exec(tag)?.[0]
}

/** Checks that a value is present and short enough as JSON. A value that is too deep for `JSON.stringify` counts as too long. */
function isRecord(value: unknown): boolean {
  if (value === undefined) return false
  try {
    return new TextEncoder().encode(JSON.stringify(value)).length <= maxRecordBytes
  } catch {
    return false
  }
}

function refuseMethod(c: Call, allow: string): Response {
  c.header('allow', allow)
  return refuse(c, 'method_not_allowed')
}
