/** Bodies of the studio's calls. */
import { z } from 'zod'
import { apiKeyScopes } from '../../src/contract/api-keys.ts'
import { storableText } from '../contract/storable-text.ts'
import { eventTypes } from '../notices/outbox.ts'

/** Removes repeated entries. */
function distinct<T>(entries: readonly T[]): T[] {
  return [...new Set(entries)]
}

export const newKeyBody = z.object({
  name: storableText.max(60),
  scopes: z.array(z.enum(apiKeyScopes)).min(1).max(20).transform(distinct),
  expires_at: z.iso
    .datetime({ offset: true })
    .max(64)
    .nullish()
    .transform((time) => (time ? new Date(time).toISOString() : null)),
})

export const newWebhookBody = z.object({
  url: storableText.max(2000),
  /** Empty: all types. */
  types: z.array(z.enum(eventTypes)).max(50).default([]).transform(distinct),
})

/** Values that a person pasted, or that begin an OAuth flow. The vendor's own schema parses them. */
export const connectBody = z.looseObject({
  /** Address of the tenant's page, to which the browser returns. */
  return_to: z.string().max(2000).optional(),
  language: z.enum(['en', 'de']).default('en').catch('en'),
})
