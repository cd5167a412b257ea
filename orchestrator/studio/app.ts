/** The photographer's calls, `/v1/studio/...`. The fleet makes them for a signed-in admin of a tenant. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { apiKeyScopes } from '../../src/contract/api-keys.ts'
import { isRecord } from '../../src/contract/lenient.ts'
import { type Env, readBody, refuse } from '../contract/call.ts'
import { eventTypes } from '../notices/outbox.ts'
import { createWebhook, deleteWebhook, listWebhooks, TooManyWebhooks } from '../notices/webhooks.ts'
import type { PeopleServices } from '../people-services.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { createApiKey, deleteApiKey, listApiKeys } from './api-keys.ts'
import { newKeyBody, newWebhookBody } from './bodies.ts'
import { type Answer, addPath, type StudioCall, segment } from './call.ts'
import { addConnections } from './connections.ts'
import { changeSettings, readSettings, type StoredSettings } from './settings-store.ts'

/** Upper bound on the webhooks of a tenant. */
const maxWebhooks = 5

/** Any JSON object. A schema of zod would drop the key `__proto__` without a word. */
const patchBody = z.custom<Record<string, unknown>>(isRecord)

/** Adds the calls to the app. */
export function addStudio(app: Hono<Env>, services: PeopleServices): void {
  addPath(app, services, '', { GET: ({ c }) => c.json(offerOf(services), 200) })
  addPath(app, services, '/settings', {
    GET: (call) => showSettings(call, services),
    PATCH: (call) => patchSettings(call, services),
  })
  addConnections(app, services)
  addPath(app, services, '/keys', {
    GET: async ({ c, tenant }) => c.json({ keys: await listApiKeys(services.database, tenant) }, 200),
    POST: changing(services, (call) => addKey(call, services)),
  })
  addPath(app, services, '/keys/:id', {
    DELETE: changing(services, async ({ c, tenant, actor }) => {
      const isDeleted = await deleteApiKey(services.database, { tenant, id: segment(c, 'id') }, actor)
      return isDeleted ? c.body(null, 204) : refuse(c, 'unknown_key')
    }),
  })
  addPath(app, services, '/webhooks', {
    GET: (call) => showWebhooks(call, services),
    POST: (call) => addWebhook(call, services),
  })
  addPath(app, services, '/webhooks/:id', { DELETE: (call) => removeWebhook(call, services) })
}

/** Names what this orchestrator offers to photographers. */
function offerOf({ vendors }: PeopleServices) {
  return { connections: [...vendors.keys()], key_scopes: [...apiKeyScopes], webhook_types: [...eventTypes] }
}

/** Shows the change in the next answer of this process. Other processes notice within a second. */
function changing({ registry }: PeopleServices, answer: Answer): Answer {
  return async (call) => {
    const response = await answer(call)
    registry.forget?.()
    return response
  }
}

async function showSettings({ c, tenant }: StudioCall, services: PeopleServices): Promise<Response> {
  const stored = await readSettings(services.database, tenant)
  if (!stored) return refuse(c, 'not_found')
  c.header('etag', `"${stored.config_version}"`)
  return c.json(shown(stored, services), 200)
}

function shown(stored: StoredSettings, services: PeopleServices) {
  return { ...stored, offered: offerOf(services) }
}

async function patchSettings({ c, tenant, actor }: StudioCall, services: PeopleServices): Promise<Response> {
  const expect = versionIn(c.req.header('if-match'))
  if (expect === undefined) return refuse(c, 'if_match_required')
  const patch = await readBody(c, patchBody)
  if (!patch) return refuse(c, 'invalid_request')
  const result = await changeSettings(services.database, { tenant, expect, patch }, actor)
  if (result.outcome === 'missing') return refuse(c, 'not_found')
  if (result.outcome === 'refused') return refuse(c, 'settings_refused', { errors: result.errors })
  const { stored } = result
  c.header('etag', `"${stored.config_version}"`)
  if (result.outcome === 'changed') return refuse(c, 'settings_changed', shown(stored, services))
  services.registry.forget?.()
  return c.json(shown(stored, services), 200)
}

/** Returns the version of an entity tag (RFC 9110, section 8.8.3), without the digest of the keys. */
function versionIn(tag = ''): string | undefined {
  return /^(?:W\/)?"([0-9a-f]{64})(?:-[0-9a-f]{16})?"$/.exec(tag.trim())?.[1] ?? otherVersion(tag)
}

/** Returns a version of another form, which is never current. */
function otherVersion(tag: string): string | undefined {
  // Programs may send the version as they read it in a body, without quotes.
  return (
    /^(?:W\/)?"([^"]{1,500})"$/.exec(tag.trim())?.[1] ??
    /^([0-9a-f]{64})(?:-[0-9a-f]{16})?$/.exec(tag.trim())?.[1]
  )
}

async function addKey(
  { c, tenant, actor }: StudioCall,
  { database, now }: PeopleServices,
): Promise<Response> {
  const body = await readBody(c, newKeyBody)
  const at = now()
  const expiresAt = body?.expires_at ?? null
  if (!body || (expiresAt !== null && Date.parse(expiresAt) <= at)) return refuse(c, 'invalid_request')
  const created = await createApiKey(database, { ...body, tenant, expiresAt }, actor, at)
  return created ? c.json(created, 201) : refuse(c, 'limit_reached')
}

async function showWebhooks({ c, tenant }: StudioCall, { database }: PeopleServices): Promise<Response> {
  const rows = await listWebhooks(database, tenant)
  const webhooks = rows.map(({ tenant: _, at, ...webhook }) => ({ ...webhook, created_at: at }))
  return c.json({ webhooks }, 200)
}

async function addWebhook({ c, tenant, actor }: StudioCall, services: PeopleServices): Promise<Response> {
  const body = await readBody(c, newWebhookBody)
  if (!body) return refuse(c, 'invalid_request')
  const { database, envelope, env } = services
  await envelope.prepare([tenant])
  try {
    const webhook = { ...body, tenant, limit: maxWebhooks }
    const tools = { database, envelope, allowPrivate: env.ALLOW_PRIVATE_ENDPOINTS }
    return c.json({ ...body, ...(await createWebhook(tools, webhook, actor)) }, 201)
  } catch (error) {
    if (error instanceof TooManyWebhooks) return refuse(c, 'limit_reached')
    if (error instanceof Refused) return refuse(c, 'webhook_refused')
    throw error
  }
}

async function removeWebhook(
  { c, tenant, actor }: StudioCall,
  { database }: PeopleServices,
): Promise<Response> {
  try {
    await deleteWebhook(database, segment(c, 'id'), actor, tenant)
    return c.body(null, 204)
  } catch (error) {
    if (error instanceof Refused) return refuse(c, 'unknown_webhook')
    throw error
  }
}
