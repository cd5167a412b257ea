/** Service tokens, keys, webhooks, audit log and operators. */
import { z } from 'zod'
import { verifyAudit } from '../../audit/chain.ts'
import { listAudit } from '../../audit/list.ts'
import { scopes } from '../../contract/scopes.ts'
import { eventTypes, everyTenant } from '../../notices/outbox.ts'
import { createWebhook, deleteWebhook, listWebhooks } from '../../notices/webhooks.ts'
import { keyUse } from '../../secrets/key-use.ts'
import { createToken, listTokens, revokeToken } from '../../tokens/changes.ts'
import { endSessions } from '../session.ts'
import { act } from './act.ts'
import { done, email, tenantName } from './schemas.ts'

const nothing = z.object({})

export const readTokens = act({
  id: 'listTokens',
  method: 'get',
  path: '/tokens',
  summary: 'Lists service tokens without their texts',
  input: nothing,
  output: z.object({
    tokens: z.array(
      z.object({
        name: z.string(),
        scopes: z.string(),
        created_at: z.string(),
        expires_at: z.string().nullable(),
        revoked_at: z.string().nullable(),
        last_used_at: z.string().nullable(),
      }),
    ),
  }),
  run: async ({ services: { database } }) => ({ tokens: await listTokens(database) }),
})

export const addToken = act({
  id: 'createToken',
  method: 'post',
  path: '/tokens',
  summary: 'Creates a service token, whose text is shown only now',
  input: z.object({
    name: z
      .string()
      .trim()
      .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, _ or -')
      .meta({ example: 'fleet' }),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
    expires_at: z.iso.datetime().optional(),
  }),
  output: z.object({ name: z.string(), token: z.string() }),
  async run({ services: { database }, actor }, { name, scopes: wanted, expires_at }) {
    const expiresAt = expires_at === undefined ? undefined : new Date(expires_at)
    return {
      name,
      token: await createToken(database, { name, scopes: [...new Set(wanted)], expiresAt }, actor),
    }
  },
})

export const endToken = act({
  id: 'revokeToken',
  method: 'delete',
  path: '/tokens/{name}',
  summary: 'Revokes a service token',
  input: z.object({ name: z.string().max(200) }),
  output: done,
  async run({ services: { database }, actor }, { name }) {
    await revokeToken(database, name, actor)
    return { done: true as const }
  },
})

export const readKeys = act({
  id: 'readKeys',
  method: 'get',
  path: '/keys',
  summary: 'Counts the data keys of each key-encryption key',
  input: nothing,
  output: z.object({
    current: z.string(),
    used: z.record(z.string(), z.number()),
    unused: z.array(z.string()),
    missing: z.array(z.string()),
  }),
  async run({ services: { database, envelope } }) {
    const { current, used, unused, missing } = await keyUse(database, envelope.keys)
    return { current, used, unused: [...unused], missing: [...missing] }
  },
})

export const readWebhooks = act({
  id: 'listWebhooks',
  method: 'get',
  path: '/webhooks',
  summary: 'Lists webhooks without their secrets',
  input: nothing,
  output: z.object({
    webhooks: z.array(
      z.object({
        id: z.string(),
        tenant: z.string(),
        url: z.string(),
        types: z.array(z.string()),
        at: z.string(),
        disabled_at: z.string().nullable(),
      }),
    ),
  }),
  run: async ({ services: { database } }) => ({ webhooks: await listWebhooks(database) }),
})

export const addWebhook = act({
  id: 'createWebhook',
  method: 'post',
  path: '/webhooks',
  summary: 'Creates a webhook, whose signing secret is shown only now',
  input: z.object({
    url: z.string().trim().max(2000).meta({ example: 'https://hooks.example.org/publisher' }),
    tenant: tenantName.optional().meta({ description: 'Absent: the events of all galleries' }),
    types: z.array(z.enum(eventTypes)).max(eventTypes.length).default([]),
  }),
  output: z.object({ id: z.string(), secret: z.string() }),
  async run({ services: { database, envelope, env }, actor }, { url, tenant = everyTenant, types }) {
    await envelope.prepare([tenant])
    const tools = { database, envelope, allowPrivate: env.ALLOW_PRIVATE_ENDPOINTS }
    return createWebhook(tools, { tenant, url, types }, actor)
  },
})

export const endWebhook = act({
  id: 'deleteWebhook',
  method: 'delete',
  path: '/webhooks/{id}',
  summary: 'Deletes a webhook with its deliveries',
  input: z.object({ id: z.string().max(100) }),
  output: done,
  async run({ services: { database }, actor }, { id }) {
    await deleteWebhook(database, id, actor)
    return { done: true as const }
  },
})

/** Lines of a page. */
const linesPerPage = 100

export const auditInput = z.object({
  tenant: tenantName.optional(),
  before: z.coerce.number().int().min(1).optional(),
})

export const readAudit = act({
  id: 'listAudit',
  method: 'get',
  path: '/audit',
  summary: 'Lists audit lines, newest first',
  input: auditInput,
  output: z.object({ lines: z.array(z.looseObject({ seq: z.number() })), before: z.number().nullable() }),
  async run({ services: { database } }, { tenant, before }) {
    const lines = await listAudit(database, { tenant, before, limit: linesPerPage })
    const last = lines.length === linesPerPage ? (lines.at(-1)?.seq ?? null) : null
    return { lines: lines.map((line) => ({ ...line })), before: last }
  },
})

export const checkAudit = act({
  id: 'verifyAudit',
  method: 'post',
  path: '/audit/verify',
  summary: 'Proves the hash chain of the audit log',
  input: nothing,
  output: z.object({ lines: z.number(), broken_at: z.number().nullable() }),
  async run({ services: { database } }) {
    const { lines, brokenAt } = await verifyAudit(database)
    return { lines, broken_at: brokenAt }
  },
})

export const readOperators = act({
  id: 'listOperators',
  method: 'get',
  path: '/operators',
  summary: 'Lists operators with their last sign-in',
  input: nothing,
  output: z.object({
    operators: z.array(z.object({ email: z.string(), signed_in_at: z.string().nullable() })),
  }),
  async run({ services: { database }, operators }) {
    const rows = await database.read.selectFrom('operator').select(['email', 'signed_in_at']).execute()
    const known = new Map(rows.map(({ email, signed_in_at }) => [email, signed_in_at]))
    return {
      operators: [...operators]
        .toSorted()
        .map((email) => ({ email, signed_in_at: known.get(email) ?? null })),
    }
  },
})

export const signOutOperator = act({
  id: 'signOutOperator',
  method: 'post',
  path: '/operators/sign-out',
  summary: 'Ends all sessions of an operator',
  input: z.object({ email }),
  output: done,
  async run({ services: { database, now }, actor }, { email: address }) {
    await endSessions(database, address, actor, now())
    return { done: true as const }
  },
})
