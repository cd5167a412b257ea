/** Schemas of connected accounts. */
import { z } from '@hono/zod-openapi'

const connectionSchema = z
  .object({
    provider: z.string(),
    use: z.string().openapi({ description: '`storage`, `channel`, `mail` or `ai`' }),
    state: z.enum(['ok', 'expiring', 'broken', 'not_connected']),
    since: z.string().nullable().openapi({ description: 'Beginning of the state' }),
    account: z.string().nullable().openapi({ description: 'Name of the account' }),
    used_for: z.array(z.string()),
    hint: z.string().nullable().openapi({ description: 'Next step, in words' }),
    error: z
      .object({ code: z.string(), words: z.string() })
      .nullable()
      .openapi({ description: 'Last refusal, in words of the vendor' }),
    ways: z
      .array(z.enum(['oauth', 'pasted']))
      .openapi({ description: 'Ways to connect, the preferred first' }),
    fields: z
      .array(
        z.object({
          name: z.string(),
          way: z.string(),
          description: z.string(),
          required: z.boolean(),
          secret: z.boolean(),
        }),
      )
      .optional()
      .openapi({ description: 'Values that a person gives to connect' }),
  })
  .openapi('Connection')

export const connectionsSchema = z.object({ connections: z.array(connectionSchema) }).openapi('Connections')

export const providerParameter = z.object({ provider: z.string().regex(/^[a-z0-9]{1,32}$/) })

export const connectSchema = z.record(z.string(), z.unknown()).openapi('Connect', {
  description:
    'Values for the provider, as `fields` of the connection names them. Empty: begin at the vendor',
  example: { bot_token: '123456:bot-token' },
})

/** Answer with a single member: the vendor's page, or the connection that the values made. */
export const begunSchema = z
  .object({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .openapi({ description: 'Page to which the browser goes' }),
    connection: connectionSchema.optional().openapi({ description: 'Connection that was tried and kept' }),
  })
  .openapi('BegunConnection')

export const endedSchema = z
  .object({
    warning: z.string().nullable().openapi({ description: 'Words, if the vendor could not end the access' }),
  })
  .openapi('EndedConnection')

export const folderQuery = z.object({
  path: z
    .string()
    .max(1000)
    .default('')
    .openapi({ description: 'Folder whose folders are listed. Empty: the top' }),
})

export const foldersSchema = z
  .object({ folders: z.array(z.object({ name: z.string(), path: z.string() })) })
  .openapi('Folders')
