/** File metadata that a client may write, and its rules. */
import { z } from 'zod'
import type { Caller } from './account.ts'
import type { DriveItem } from './items.ts'
import { badRequest, Refusal } from './refusals.ts'
import { propertiesOf } from './resource.ts'

const properties = z.record(z.string(), z.string().nullable())

const writable = {
  name: z.string().optional(),
  mimeType: z.string().optional(),
  description: z.string().optional(),
  appProperties: properties.optional(),
  properties: properties.optional(),
  createdTime: z.iso.datetime({ offset: true }).optional(),
  modifiedTime: z.iso.datetime({ offset: true }).optional(),
  originalFilename: z.string().optional(),
  starred: z.boolean().optional(),
  keepRevisionForever: z.boolean().optional(),
  shortcutDetails: z.strictObject({ targetId: z.string() }).optional(),
}

const createSchema = z.strictObject({
  ...writable,
  id: z.string().optional(),
  parents: z.array(z.string()).optional(),
})
const updateSchema = z.strictObject({ ...writable, trashed: z.boolean().optional() })

export type CreateMetadata = z.output<typeof createSchema>
export type UpdateMetadata = z.output<typeof updateSchema>

export const parseCreate = (body: unknown): CreateMetadata => parsed(createSchema, body)

export function parseUpdate(body: unknown): UpdateMetadata {
  if (typeof body === 'object' && body !== null && 'parents' in body) {
    throw new Refusal(
      403,
      'fieldNotWritable',
      'The parents field is not directly writable in update requests. Use the addParents and removeParents parameters instead.',
    )
  }
  return parsed(updateSchema, body)
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  if (result.error.issues.some(({ code }) => code === 'unrecognized_keys')) {
    throw new Refusal(
      403,
      'fieldNotWritable',
      'The resource body includes fields which are not directly writable.',
    )
  }
  throw badRequest(z.prettifyError(result.error))
}

/** Parses the JSON of a body. Throws Google's 400. */
export function parseJson(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'parseError', 'Parse Error')
  }
}

const maxPropertyBytes = 124
const maxProperties = 30

/** Merges private properties: `null` deletes a property. Throws Google's 400 for properties that are too long or too many. */
export function mergedProperties(
  item: Pick<DriveItem, 'appProperties'>,
  changes: z.output<typeof properties> | undefined,
  caller: Caller,
): DriveItem['appProperties'] {
  if (!changes) return item.appProperties
  const all = { ...propertiesOf(item, caller), ...changes }
  const kept = Object.entries(all).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]))
  const encoder = new TextEncoder()
  if (kept.length > maxProperties)
    throw new Refusal(403, 'propertyCountLimitExceeded', 'The limit of properties has been exceeded.')
  if (kept.some(([key, value]) => encoder.encode(key + value).length > maxPropertyBytes))
    throw badRequest('A property exceeds the maximum size of 124 bytes.')
  return { ...item.appProperties, [caller.grant.client]: Object.fromEntries(kept) }
}
