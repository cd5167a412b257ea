/** Schemas of the settings, API keys and webhooks of a gallery. The control plane validates the values. */
import { z } from '@hono/zod-openapi'
import { apiKeyScopes } from '../../contract/api-keys.ts'

const members = z.record(z.string(), z.unknown())

export const settingsAnswerSchema = z
  .object({
    settings: members.openapi({
      description: 'Settings in the blocks of the configuration, with their defaults. `null`: not set',
    }),
    locked: z.array(z.string()).openapi({ description: 'Paths of settings that only the operator changes' }),
    config_version: z.string().openapi({ description: 'Version for `If-Match`' }),
    offered: members.openapi({ description: 'Providers, scopes and types of events that can be chosen' }),
  })
  .openapi('Settings')

export const settingsPatchSchema = members.openapi('SettingsPatch', {
  description: 'JSON merge patch (RFC 7396) of `settings`. `null` removes a setting',
  example: { appearance: { title: 'Alice in Rope' } },
})

/** ID of a key or a webhook in a path. */
export const listedId = z.object({ id: z.string().regex(/^[\w-]{1,100}$/) })

const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_by: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
})

export const keysSchema = z.object({ keys: z.array(keySchema) }).openapi('ApiKeys')

export const createdKeySchema = keySchema
  .extend({ key: z.string().openapi({ description: 'The key, which is shown only now' }) })
  .openapi('CreatedApiKey')

export const newKeySchema = z
  .object({
    name: z.string().min(1).max(60),
    scopes: z.array(z.enum(apiKeyScopes)).min(1).max(20).openapi({ description: 'What the key may do' }),
    expires_at: z.iso.datetime({ offset: true }).max(64).nullish().openapi({ description: 'Default: never' }),
  })
  .openapi('NewApiKey')

const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  types: z.array(z.string()).openapi({ description: 'Types of events. Empty: all' }),
  created_at: z.string(),
  disabled_at: z.string().nullable().openapi({ description: 'Time at which the receiver answered 410' }),
})

export const webhooksSchema = z.object({ webhooks: z.array(webhookSchema) }).openapi('Webhooks')

export const createdWebhookSchema = webhookSchema
  .pick({ id: true, url: true, types: true })
  .extend({ secret: z.string().openapi({ description: 'Signing secret, which is shown only now' }) })
  .openapi('CreatedWebhook')

export const newWebhookSchema = z
  .object({ url: z.string().min(1).max(2000), types: z.array(z.string().max(60)).max(50).optional() })
  .openapi('NewWebhook')
