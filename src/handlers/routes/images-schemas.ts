/** The API's own schemas: they validate, they describe (`/openapi.json`), and the web app takes its types from them. */
import { z } from '@hono/zod-openapi'
import { emailSchema } from '../../contract/email.ts'
import { platforms } from '../../contract/platform.ts'
import { folders } from '../../ports/photo.ts'
import { librarySorts } from '../../workflow/library.ts'
import type { SavedCaptions } from '../../workflow/photo-details.ts'
import { captionSources } from '../../workflow/sidecar.ts'
import { thumbnailSizes } from '../../workflow/thumbnail.ts'

export const problemSchema = z
  .object({
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable, for programs', example: 'photo_not_found' }),
    request_id: z.string(),
    existing: z
      .object({ folder: z.string(), key: z.string() })
      .optional()
      .openapi({ description: 'With `already_here`: the photo that has these bytes' }),
  })
  .openapi('Problem')

export const healthSchema = z.object({ status: z.literal('ok') }).openapi('Health')
export const readinessSchema = z
  .object({ status: z.literal('ok'), mode: z.enum(['orchestrator', 'file']) })
  .openapi('Readiness')
export const notReadySchema = z
  .object({ status: z.literal('not_ready'), reason: z.string() })
  .openapi('NotReady')

export const featuresResponseSchema = z
  .object({
    publish_enabled: z.boolean().openapi({ description: 'False in review, also when the flag is on' }),
    analyze_caption_enabled: z.boolean(),
    keep_enabled: z.boolean(),
    remove_enabled: z.boolean(),
    delete_enabled: z.boolean(),
    auto_view_enabled: z.boolean(),
    library_enabled: z.boolean(),
    alt_text_enabled: z.boolean(),
    smart_hashtags_enabled: z.boolean(),
    voice_matching_enabled: z.boolean(),
    mode: z.enum(['review', 'publish']).optional(),
    auth_mode: z.enum(['auth0', 'none']),
    storage_provider: z.string(),
    max_upload_mb: z
      .number()
      .openapi({ description: 'What one photo may weigh, in units of 1,048,576 bytes' }),
  })
  .openapi('Features')

export const publishersResponseSchema = z
  .object({
    telegram: z.boolean(),
    email: z.boolean(),
    instagram: z.boolean(),
    bluesky: z.boolean(),
    mastodon: z.boolean(),
  })
  .openapi('Publishers')

export const adminStatusSchema = z
  .object({
    admin: z.boolean(),
    email: z.string().optional(),
    notices: z
      .array(
        z.object({
          model: z.enum(['vision', 'caption']).nullable(),
          severity: z.enum(['info', 'warning', 'critical']),
          text: z.string().nullable(),
          shutdown_date: z.string().nullable(),
          recommended_replacement: z.string().nullable(),
        }),
      )
      .optional()
      .openapi({ description: 'For admins, where there are any: models of the AI that will be retired' }),
  })
  .openapi('AdminStatus')

export type AdminStatus = z.output<typeof adminStatusSchema>

export const voiceProfileSchema = z
  .object({ voice_profile: z.array(z.string()), enabled: z.boolean() })
  .openapi('VoiceProfile')

export const missingFolder = z.string().optional().openapi({
  description: 'The root folder, where it does not exist. For admins, from storages that have folders',
  example: '/Photos',
})

export const imageListSchema = z
  .object({ filenames: z.array(z.string()), count: z.number().int(), missing_folder: missingFolder })
  .openapi('ImageList')

const visitorMetadataSchema = z
  .object({
    alt_text: z.string().optional(),
    tags: z.array(z.string()).optional(),
    taken_at: z.string().optional().openapi({
      description: 'ISO 8601; without an offset where the camera told none',
      example: '2026-06-01T18:30:00',
    }),
    width: z.number().int().optional().openapi({ description: 'Of the upright original, in pixels' }),
    height: z.number().int().optional(),
    credit: z.string().optional(),
  })
  .strict()
  .openapi('VisitorMetadata')

const publicationSchema = z
  .object({
    platform: z.enum(platforms),
    status: z.enum(['published', 'failed', 'unknown', 'in_progress']),
    at: z.iso.datetime().nullable().openapi({
      description: 'When it was published, failed or begun; null where the record cannot be read',
    }),
    post_url: z.string().nullable(),
    error: z.string().nullable().openapi({ description: 'For people' }),
  })
  .openapi('Publication')

/** The words that are saved with a photo. */
export const captionsSchema = z
  .object({
    source: z.enum(captionSources).nullable().openapi({
      description:
        'Where the caption comes from. `training`: the sidecar has only a training prompt, which is no caption; null: no words at all',
    }),
    by_platform: z.record(z.string(), z.string()).openapi({
      description: 'The saved words that each enabled platform gets when no others are sent; empty: none',
    }),
  })
  .openapi('Captions')

/** The same as the workflow gives them. */
export function captionsAnswer({ source, byPlatform }: SavedCaptions): z.output<typeof captionsSchema> {
  return { source, by_platform: { ...byPlatform } }
}

export const photoSchema = z
  .object({
    filename: z.string(),
    temp_url: z.string().openapi({
      description:
        'The photo in full size, for about four hours, for each holder of this link. Visitors get a copy without metadata on this host, admins the original',
    }),
    thumbnail_url: z.string(),
    sha256: z
      .string()
      .nullable()
      .openapi({ description: 'Of the original, lower-case hex; null for visitors' }),
    caption: z.string().nullable().openapi({ description: 'Empty where a person emptied it; null: none' }),
    alt_text: z.string().nullable(),
    captions: captionsSchema.optional().openapi({ description: 'For admins' }),
    sd_caption: z.string().nullable().openapi({ description: 'Null for visitors' }),
    metadata: z
      .union([visitorMetadataSchema, z.record(z.string(), z.unknown())])
      .nullable()
      .openapi({ description: 'For visitors a VisitorMetadata, for admins all that the sidecar says' }),
    has_sidecar: z.boolean(),
    publications: z.array(publicationSchema).optional().openapi({
      description: 'For admins: the last outcome on each platform where anything was tried',
    }),
    picture: z
      .object({
        width: z.number().int(),
        height: z.number().int(),
        taken_at: z.string().nullable(),
      })
      .nullable()
      .optional()
      .openapi({ description: 'For admins: what the original says, upright; null where it is not known' }),
  })
  .openapi('Photo')

/** A photo as `GET /api/images/{filename}` and `/random` give it. */
export type Photo = z.output<typeof photoSchema>

export const filenameParameter = z.object({
  filename: z.string().openapi({ param: { name: 'filename', in: 'path' }, example: 'dusk-01.jpg' }),
})

/** A parameter of a query that forms and scripts may send empty for left out. */
export function orEmpty<S extends z.ZodType>(schema: S) {
  const lenient = z.preprocess((value) => (value === '' ? undefined : value), schema)
  return lenient.openapi({ param: { allowEmptyValue: true } })
}

/** A whole number of a query, in plain digits: `Number` alone would take `1e2`, `0x10` and blanks as well. */
export function wholeNumber({ min, max, fallback }: { min: number; max: number; fallback: number }) {
  const digits = z.string().regex(/^\d{1,15}$/, 'is not a whole number')
  return orEmpty(digits.transform(Number).pipe(z.number().int().min(min).max(max)).default(fallback)).openapi(
    {
      type: 'integer',
      minimum: min,
      maximum: max,
      default: fallback,
    },
  )
}

const folder = orEmpty(
  z.enum(folders).default('root').openapi({ description: 'Any but `root` is for admins' }),
)

export const photoQuery = z.object({ folder })

export const imageListQuery = z.object({
  sort: orEmpty(z.enum(librarySorts).default('name')),
  order: orEmpty(z.enum(['asc', 'desc']).default('asc')),
})

export const thumbnailQuery = z.object({
  size: orEmpty(z.enum(thumbnailSizes).default('w960h640')),
  folder,
})

/** A link that this program signed. */
export const linkQuery = z.object({ token: z.string().min(1).max(2000) })

export const invalidateSchema = z.object({ host: z.string().min(1).max(300) }).openapi('Invalidate')

/** The form of an address that {@link emailSchema} takes. */
const emailForm = { type: 'string', maxLength: 254, pattern: '^[!-?A-~]+@[!-?A-~]+$' } as const

export const endSessionsSchema = z
  .object({
    email: z
      .string()
      .openapi({ ...emailForm, examples: ['person@example.org'] })
      .pipe(emailSchema),
  })
  .openapi('EndSessions')
