/** Schemas of analysis, publishing and curation. */
import { z } from '@hono/zod-openapi'
import { type Platform, platforms } from '../../contract/platform.ts'
import { folders } from '../../ports/photo.ts'
import { restorable } from '../../workflow/curation.ts'
import { captionsSchema, orEmpty } from '../schemas.ts'

/** `fetlife` is another name for `email`. */
const platform = z
  .enum([...platforms, 'fetlife'])
  .transform((name): Platform => (name === 'fetlife' ? 'email' : name))
  .openapi({ type: 'string', enum: [...platforms, 'fetlife'] })

const maxCaptionLength = 10_000
const caption = z.string().max(maxCaptionLength)

/** Describes captions by platform; other names are refused. */
function captionsOf(names: readonly string[]) {
  const text = { type: 'string' as const, maxLength: maxCaptionLength }
  const properties = Object.fromEntries(names.map((name) => [name, text]))
  return { type: 'object' as const, properties, additionalProperties: false }
}

export const analyzeQuery = z.object({
  force_refresh: orEmpty(
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(['true', 'false', '1', '0']))
      .default('false')
      .transform((value) => value === 'true' || value === '1'),
  ).openapi({
    type: ['boolean', 'integer'],
    enum: [true, false, 1, 0],
    description: 'Asks the AI again; what a person wrote stays',
  }),
})

const byPlatform = z.partialRecord(z.enum(platforms), z.string())

export const analysisSchema = z
  .object({
    filename: z.string(),
    description: z.string(),
    mood: z.string(),
    tags: z.array(z.string()),
    nsfw: z.boolean(),
    caption: z.string(),
    sd_caption: z.string().nullable(),
    alt_text: z.string().nullable(),
    platform_captions: byPlatform.openapi({ description: 'Within each platform’s limits' }),
    sidecar_written: z.boolean(),
  })
  .openapi('Analysis')

/** A field that may be `null`, which says the same as leaving it out. */
function orNull<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/** The same of a switch that is off. */
function offOrNull() {
  return z
    .boolean()
    .nullish()
    .transform((value) => value ?? false)
}

export const publishSchema = z
  .object({
    platforms: orNull(z.array(platform).min(1).max(20)).openapi({ description: 'Default: all enabled ones' }),
    caption: orNull(caption).openapi({ description: 'For all platforms that `captions` does not name' }),
    captions: z
      .record(z.string().max(20), caption)
      .nullish()
      .transform((captions, context) => {
        if (!captions) return undefined
        const known = z.partialRecord(z.enum(platforms), z.string())
        const { fetlife, ...others } = captions
        const parsed = known.safeParse({ ...(fetlife !== undefined && { email: fetlife }), ...others })
        if (parsed.success) return parsed.data
        context.addIssue({ code: 'custom', message: 'names a platform that does not exist' })
        return z.NEVER
      })
      .openapi({ ...captionsOf([...platforms, 'fetlife']), type: ['object', 'null'] }),
    dry_run: offOrNull().openapi({ description: 'Says what would be sent, and does nothing' }),
    force: offOrNull().openapi({
      description: 'Tries again where the outcome of an earlier attempt is unknown',
    }),
    sha256: orNull(z.string().regex(/^[0-9a-f]{64}$/)).openapi({
      description: 'Of the photo that is meant: another one of this name is refused with `photo_changed`',
    }),
  })
  .openapi('Publish')

export const wordsSchema = z
  .object({
    caption: caption
      .optional()
      .openapi({ description: 'For all platforms without words of their own; empty: no words' }),
    captions: z.partialRecord(z.enum(platforms), caption).optional().openapi(captionsOf(platforms)),
    alt_text: z.string().max(2000).optional().openapi({ description: 'Blank: none' }),
  })
  .openapi('Words')

export const writtenSchema = z
  .object({
    filename: z.string(),
    caption: z.string().nullable(),
    alt_text: z.string().nullable(),
    captions: captionsSchema,
    metadata: z.record(z.string(), z.unknown()),
  })
  .openapi('Written')

export type Written = z.output<typeof writtenSchema>

export const captionRulesSchema = z
  .object({
    platforms: z.array(
      z.object({
        platform: z.enum(platforms),
        max_length: z.number().int(),
        unit: z.enum(['utf16', 'grapheme']),
        max_hashtags: z.number().int(),
        plain: z.boolean(),
        has_subject: z.boolean().openapi({ description: 'Posts are mails with a subject line' }),
      }),
    ),
    hashtags: z.string().openapi({ description: 'Added where a platform takes hashtags' }),
  })
  .openapi('CaptionRules')

const resultSchema = z.object({
  success: z.boolean(),
  post_id: z.string().optional(),
  url: z.string().optional(),
  published_at: z.iso.datetime().optional().openapi({
    description: 'When the platform got it: now, or before where it is skipped as a duplicate',
  }),
  error: z.string().optional(),
  code: z.string().optional(),
  skipped: z.enum(['duplicate', 'in_progress', 'unknown', 'dry_run']).optional(),
  warning: z.string().optional(),
  preview: z.string().optional().openapi({ description: 'What would be sent' }),
  caption: z.string().optional().openapi({ description: 'With `preview`: the words as they would go out' }),
  subject: z.string().optional().openapi({ description: 'With `preview`: the subject of the mail' }),
  standing: z
    .enum(['duplicate', 'in_progress', 'unknown'])
    .optional()
    .openapi({ description: 'With `preview`: why it would not be sent as things stand' }),
})

export const publishedSchema = z
  .object({
    filename: z.string().openapi({ description: 'The name at its final place' }),
    results: z.partialRecord(z.enum(platforms), resultSchema),
    any_success: z.boolean(),
    archived: z.boolean(),
    warnings: z.array(z.string()).optional(),
  })
  .openapi('Published')

export type Analysis = z.output<typeof analysisSchema>
export type Published = z.output<typeof publishedSchema>
export type CaptionRulesAnswer = z.output<typeof captionRulesSchema>

export const curatedSchema = z
  .object({
    filename: z.string().openapi({ description: 'The name at its new place' }),
    action: z.enum(['keep', 'remove', 'delete', 'restore']),
    destination_folder: z.enum(folders).nullable(),
    preview_only: z.boolean().openapi({ description: 'Nothing was done: `content.debug` is on' }),
  })
  .openapi('Curated')

export type CuratedAnswer = z.output<typeof curatedSchema>

export const restoreSchema = z.object({ from: orNull(z.enum(restorable)) }).openapi('Restore')
