/** The `publishers` block of the contract: an array, or the epic's object form, normalised to an array. */
import { z } from 'zod'
import { type Platform, platforms } from '../workflow/platform.ts'

const platformName = z
  .enum([...platforms, 'fetlife'])
  .transform((type): Platform => (type === 'fetlife' ? 'email' : type))

const entrySchema = z.object({
  id: z.union([z.string().max(200), z.number().transform(String)]).optional(),
  type: platformName,
  enabled: z.boolean().default(true),
  credentials_ref: z.string().min(1).max(500).optional(),
  config: z.record(z.string(), z.unknown()).default({}),
})

export type PublisherEntry = z.output<typeof entrySchema>

/** An entry of a type that this version does not know is left out: a newer orchestrator must not stop an older fleet. */
const arrayForm = z.array(z.looseObject({ type: z.string() })).transform((entries, context) =>
  entries.flatMap((entry, index) => {
    if (!platformName.safeParse(entry.type).success) return []
    const parsed = entrySchema.safeParse(entry)
    if (parsed.success) return [parsed.data]
    for (const issue of parsed.error.issues) {
      context.addIssue({ code: 'custom', message: issue.message, path: [index, ...issue.path] })
    }
    return []
  }),
)

const ownFields = new Set(['id', 'type', 'enabled', 'credentials_ref', 'config'])

/** `{"telegram": {...}}`: the settings stand flat beside `credentials_ref`, or under `config`. */
const objectForm = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .transform((byType) =>
    Object.entries(byType).map(([type, block]): { type: string; [field: string]: unknown } => {
      const own = Object.entries(block).filter(([key]) => ownFields.has(key) && key !== 'type')
      const flat = Object.entries(block).filter(([key]) => !ownFields.has(key))
      const { config, ...rest } = Object.fromEntries(own)
      const nested = typeof config === 'object' && config !== null ? config : {}
      return { id: type, ...rest, type, config: { ...Object.fromEntries(flat), ...nested } }
    }),
  )
  .pipe(arrayForm)

export const publishersSchema = z.union([arrayForm, objectForm])

/** The entry that counts for a platform: the first enabled one of its type. */
export function enabledPublisher(
  entries: readonly PublisherEntry[],
  platform: Platform,
): PublisherEntry | undefined {
  return entries.find((entry) => entry.type === platform && entry.enabled)
}
