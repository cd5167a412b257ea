/** The studio's calls for the OpenAPI document. */
import { z } from 'zod'
import { apiKeyScopes, maxApiKeys } from '../../src/contract/api-keys.ts'
import { connectionProviders, refusalReasons } from '../connections/vendor.ts'
import { type RefusalCode, refusals } from '../contract/call.ts'
import { etag, type Paths, tenantHeader } from '../contract/description/calls.ts'
import type { MoreCalls } from '../contract/description/document.ts'
import {
  type Answer,
  type CallDescription,
  json,
  type Operation,
  operation,
  type Parameter,
  schemaOf,
} from '../contract/description/operation.ts'
import { eventTypes } from '../notices/outbox.ts'
import { nested } from './allowed-settings.ts'
import { connectBody, newKeyBody, newWebhookBody } from './bodies.ts'
import { studioPath } from './call.ts'

const actorHeader: Parameter = {
  name: 'X-Actor',
  in: 'header',
  required: true,
  description: 'E-mail address of the signed-in person, the author of changes',
  schema: { type: 'string', maxLength: 254, pattern: '^[!-?A-~]+@[!-?A-~]+$' },
  example: 'ann@example.org',
}

const ifMatch: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'Entity tag of the settings that the person changes',
  schema: { type: 'string', pattern: '^"[0-9a-f]{64}"$' },
}

const path = (name: string, description: string, schema: z.ZodType): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: schemaOf(schema),
})

const providerPath = path('provider', 'Provider of the account', z.enum(connectionProviders))
const idPath = path('id', 'ID of the entry', z.string().regex(/^[\w-]{1,100}$/))

const folderQuery: Parameter = {
  name: 'path',
  in: 'query',
  required: false,
  description: 'Folder whose folders are listed. Absent: the top',
  schema: schemaOf(z.string().max(1000)),
}

const time = z.iso.datetime()
const offered = z.object({
  connections: z.array(z.enum(connectionProviders)),
  key_scopes: z.array(z.enum(apiKeyScopes)),
  webhook_types: z.array(z.enum(eventTypes)),
})
const settingsAnswer = z.object({
  settings: blocks((schema) => schema.nullable()),
  locked: z.array(z.string()),
  config_version: z.string(),
  offered,
})
const key = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(apiKeyScopes)),
  created_by: z.string(),
  created_at: time,
  expires_at: time.nullable(),
})
const webhook = z.object({ id: z.string(), url: z.string(), types: z.array(z.enum(eventTypes)) })
const connection = z.looseObject({
  provider: z.enum(connectionProviders),
  state: z.enum(['ok', 'expiring', 'broken', 'not_connected']),
})
const faults = z.object({ errors: z.array(z.object({ pointer: z.string(), detail: z.string() })) })
const vendorWords = z.object({ reason: z.enum(refusalReasons), vendor_code: z.string().optional() })

/** Tag and paths for the document. */
export const studioDescription: MoreCalls = {
  tags: { studio: 'Settings, accounts, keys and webhooks of a tenant, for its photographer. Scope `studio`' },
  paths: { ...settingsCalls(), ...connectionCalls(), ...keyCalls(), ...webhookCalls() },
}

function settingsCalls(): Paths {
  const answers = { 200: json('The settings', settingsAnswer, etag) }
  return {
    [studioPath]: {
      get: call({
        id: 'readStudio',
        summary: 'Names what photographers can choose',
        answers: { 200: json('The offer', offered) },
      }),
    },
    [`${studioPath}/settings`]: {
      get: call({
        id: 'readSettings',
        summary: 'Returns the settings that photographers may change',
        answers,
      }),
      patch: call({
        id: 'changeSettings',
        summary: 'Changes settings by a JSON merge patch (RFC 7396), at their current version',
        parameters: [ifMatch],
        body: {
          schema: blocks((schema) => schema.nullish()),
          example: { appearance: { title: 'Alice in Rope' } },
        },
        answers: {
          ...answers,
          409: more('settings_changed', settingsAnswer, etag),
          422: more('settings_refused', faults),
        },
        refusals: ['invalid_request', 'if_match_required'],
      }),
    },
  }
}

function connectionCalls(): Paths {
  const refused = { 422: more('connection_refused', vendorWords) }
  const begun = z.union([z.object({ url: z.url() }), z.object({ connection })])
  const folders = z.object({ folders: z.array(z.object({ name: z.string(), path: z.string() })) })
  return {
    [`${studioPath}/connections`]: {
      get: call({
        id: 'listConnections',
        summary: 'Lists the accounts that are connected or can be, without any secret',
        answers: { 200: json('The accounts', z.object({ connections: z.array(connection) })) },
      }),
    },
    [`${studioPath}/connections/{provider}`]: {
      post: call({
        id: 'connect',
        summary: 'Tries pasted values and keeps them, or begins at the page of the vendor',
        parameters: [providerPath],
        body: { schema: connectBody, example: { bot_token: '123456:bot-token' } },
        answers: { 200: json('The next page, or the connection', begun), ...refused },
        refusals: ['invalid_request', 'unknown_provider'],
      }),
      delete: call({
        id: 'disconnect',
        summary: 'Ends the access at the vendor where possible, and forgets it',
        parameters: [providerPath],
        answers: { 200: json('Forgotten', z.object({ warning: z.string().nullable() })), ...refused },
        refusals: ['unknown_provider'],
      }),
    },
    [`${studioPath}/folders`]: {
      get: call({
        id: 'listFolders',
        summary: 'Lists folders of the connected storage',
        parameters: [folderQuery],
        answers: { 200: json('The folders', folders), ...refused },
        refusals: ['invalid_request'],
      }),
    },
  }
}

function keyCalls(): Paths {
  return {
    [`${studioPath}/keys`]: {
      get: call({
        id: 'listKeys',
        summary: 'Lists the API keys',
        answers: { 200: json('The keys', z.object({ keys: z.array(key) })) },
      }),
      post: call({
        id: 'createKey',
        summary: `Creates an API key and shows it once. A tenant may have ${maxApiKeys}`,
        body: { schema: newKeyBody, example: { name: 'Lightroom', scopes: ['read', 'upload'] } },
        answers: { 201: json('The key', key.extend({ key: z.string() })) },
        refusals: ['invalid_request', 'limit_reached'],
      }),
    },
    [`${studioPath}/keys/{id}`]: { delete: deletion('deleteKey', 'Deletes an API key', 'unknown_key') },
  }
}

function webhookCalls(): Paths {
  const listed = webhook.extend({ created_at: time, disabled_at: time.nullable() })
  return {
    [`${studioPath}/webhooks`]: {
      get: call({
        id: 'listWebhooks',
        summary: 'Lists the webhooks of the tenant',
        answers: { 200: json('The webhooks', z.object({ webhooks: z.array(listed) })) },
      }),
      post: call({
        id: 'createWebhook',
        summary: 'Creates a webhook and shows its signing secret once',
        body: { schema: newWebhookBody, example: { url: 'https://hooks.example/a', types: ['post.failed'] } },
        answers: { 201: json('The webhook', webhook.extend({ secret: z.string() })) },
        refusals: ['invalid_request', 'limit_reached', 'webhook_refused'],
      }),
    },
    [`${studioPath}/webhooks/{id}`]: {
      delete: deletion('deleteWebhook', 'Deletes a webhook', 'unknown_webhook'),
    },
  }
}

function deletion(id: string, summary: string, unknown: RefusalCode): Operation {
  return call({
    id,
    summary,
    parameters: [idPath],
    answers: { 204: { description: 'Deleted' } },
    refusals: [unknown],
  })
}

type StudioCall = Omit<CallDescription, 'tag' | 'refusals'> & { refusals?: readonly RefusalCode[] }

/** Describes a call about a tenant, for a person. */
function call({ parameters = [], refusals: own = [], ...described }: StudioCall): Operation {
  return operation({
    ...described,
    tag: 'studio',
    parameters: [tenantHeader, actorHeader, ...parameters],
    refusals: ['x_tenant_required', 'x_actor_required', 'not_found', 'database_unavailable', ...own],
  })
}

/** Describes a problem document with further members. */
function more(code: RefusalCode, members: z.ZodObject, headers: Answer['headers'] = {}): Answer {
  const problem = z.object({ title: z.string(), status: z.int(), detail: z.string(), code: z.literal(code) })
  return {
    description: refusals[code][1],
    headers,
    content: { 'application/problem+json': { schema: schemaOf(problem.extend(members.shape)) } },
  }
}

/** Returns the schema of all settings in their blocks. */
function blocks(of: (schema: z.ZodType) => z.ZodType): z.ZodType {
  return blockOf(
    nested(({ schema, field }) => of(schema).meta({ description: field.documentation?.description })),
  )
}

function blockOf(members: Readonly<Record<string, unknown>>): z.ZodType {
  const shape = Object.entries(members).map(
    ([name, member]) => [name, member instanceof z.ZodType ? member : optionalBlock(member)] as const,
  )
  return z.strictObject(Object.fromEntries(shape))
}

function optionalBlock(members: unknown): z.ZodType {
  return blockOf(z.record(z.string(), z.unknown()).parse(members)).optional()
}
