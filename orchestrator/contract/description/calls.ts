/** The calls of the contract for the OpenAPI document. */
import { z } from 'zod'
import type { RefusalCode } from '../call.ts'
import { claimKey, claimsPath, createClaimBody, replaceClaimBody } from '../claims.ts'
import { resolveBody, resolvePath } from '../credentials.ts'
import { byHostBody, byHostPath } from '../runtime.ts'
import { usageBody, usagePath } from '../usage.ts'
import { json, type Operation, operation, type Parameter, ref, schemaOf } from './operation.ts'

export type Paths = Record<string, Record<string, Operation>>

const host = 'alice.shibari.photo'
export const text = schemaOf(z.string().min(1))
const time = z.iso.datetime()
export const etag = { ETag: ref('headers', 'ETag') }

export const tenantHeader: Parameter = {
  name: 'X-Tenant',
  in: 'header',
  required: true,
  description: 'First label of a host of the tenant',
  schema: text,
  example: 'alice',
}

const configuration = z.object({
  schema_version: z.int(),
  tenant: z.string(),
  app_type: z.string(),
  config_version: z.string(),
  ttl_seconds: z.int(),
  config: z.looseObject({}),
})

const credentials = z.looseObject({
  provider: z.string(),
  version: z.string(),
  expires_at: z.string().nullable().optional(),
})

const claim = z.object({
  key: z.string(),
  holder: z.string(),
  version: z.string(),
  record: z.unknown(),
  created_at: time,
  expires_at: time,
})

/** Describes the calls for configurations. */
export function runtimeCalls(otherAppStatus: 404 | 409): Paths {
  const refusals: RefusalCode[] = ['host_required', 'not_found']
  if (otherAppStatus === 409) refusals.push('other_app_type')
  const common = {
    tag: 'runtime',
    answers: {
      200: json('The configuration', configuration, etag),
      304: { description: 'The caller has the current version', headers: etag },
    },
    refusals,
  }
  const ifNoneMatch: Parameter = {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: 'Entity tag of the configuration that the caller has',
    schema: schemaOf(z.string()),
  }
  const hostQuery: Parameter = {
    name: 'host',
    in: 'query',
    required: true,
    description: 'Host of the visitor',
    schema: text,
    example: host,
  }
  const body = { schema: byHostBody, example: { host } }
  const summary = 'Returns the configuration of a host'
  return {
    [byHostPath]: {
      get: operation({ id: 'readByHost', summary, ...common, parameters: [hostQuery, ifNoneMatch] }),
      post: operation({ id: 'findByHost', summary, ...common, parameters: [ifNoneMatch], body }),
    },
  }
}

/** Describes the call for credentials. */
export function credentialsCalls(): Paths {
  const refused = z.object({ error: z.literal('insufficient_balance') })
  return {
    [resolvePath]: {
      post: operation({
        id: 'resolveCredentials',
        summary: 'Resolves a reference to credentials of the tenant',
        tag: 'credentials',
        parameters: [tenantHeader],
        body: { schema: resolveBody, example: { credentials_ref: 'alice-storage' } },
        answers: {
          200: json('The credentials', credentials),
          403: json('The tenant has no credit left', refused),
        },
        refusals: ['x_tenant_required', 'credentials_ref_required', 'not_found', 'audit_unavailable'],
      }),
    },
  }
}

/** Describes the call for usage. */
export function usageCalls(): Paths {
  const example = {
    tenant_id: 'alice',
    source: 'publisher',
    idempotency_key: 'chatcmpl-9xYz',
    metric: 'ai_tokens',
    quantity: 1200,
    unit: 'tokens',
    occurred_at: '2026-11-01T12:00:00Z',
  }
  return {
    [usagePath]: {
      post: operation({
        id: 'reportUsage',
        summary: 'Counts usage once per tenant and key',
        tag: 'usage',
        body: { schema: usageBody, example },
        answers: { 200: json('Counted now or before', z.object({ accepted: z.literal(true) })) },
        refusals: ['malformed_usage', 'unknown_tenant', 'audit_unavailable'],
      }),
    },
  }
}

/** Describes the calls for claims. */
export function claimsCalls(): Paths {
  const example = { key: 'ledger/abc/telegram.json', holder: 'process-1', ttl_seconds: 600 }
  const keyPath: Parameter = {
    name: 'key',
    in: 'path',
    required: true,
    description: 'Key as one segment, percent-encoded',
    schema: schemaOf(claimKey),
    example: example.key,
  }
  const named = { tag: 'claims', parameters: [tenantHeader, keyPath] }
  const changed = json('Another version is current', claim, etag)
  const always = ['x_tenant_required', 'malformed_claim', 'not_found'] as const
  const audited = [...always, 'audit_unavailable', 'too_many_claims'] as const
  return {
    [claimsPath]: {
      post: operation({
        id: 'createClaim',
        summary: 'Creates a claim, for one of many callers',
        tag: 'claims',
        parameters: [tenantHeader],
        body: { schema: createClaimBody, example },
        answers: {
          201: json('Created', claim, etag),
          409: json('Another caller has created the claim', claim, etag),
        },
        refusals: audited,
      }),
    },
    [`${claimsPath}/{key}`]: {
      get: operation({
        id: 'readClaim',
        summary: 'Returns a claim',
        ...named,
        answers: { 200: json('The claim', claim, etag) },
        refusals: always,
      }),
      put: operation({
        id: 'replaceClaim',
        summary: 'Replaces a claim at its current version',
        ...named,
        body: { schema: replaceClaimBody, example: { version: 'of-the-claim', record: { state: 'posted' } } },
        answers: { 200: json('Replaced', claim, etag), 409: changed },
        refusals: audited,
      }),
      delete: operation({
        id: 'deleteClaim',
        summary: 'Deletes a claim at its current version, named in the query or in If-Match',
        ...named,
        parameters: [...named.parameters, ...versionParameters],
        answers: { 204: { description: 'Deleted, or missing' }, 409: changed },
        refusals: [...always, 'version_required', 'audit_unavailable'],
      }),
    },
  }
}

const versionParameters: readonly Parameter[] = [
  {
    name: 'version',
    in: 'query',
    required: false,
    description: 'Version to delete',
    schema: schemaOf(z.string()),
  },
  {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'Version to delete, as an entity tag',
    schema: schemaOf(z.string()),
  },
]
