/** Schemas of photos as viewers read them, and of the parameters that all work on one photo shares. */
import { z } from '@hono/zod-openapi'
import { platforms } from '../../contract/platform.ts'
import { folders } from '../../ports/photo.ts'
import { librarySorts } from '../../workflow/library.ts'
import { orEmpty } from '../input-schemas.ts'
import { captionsSchema } from './captions-schemas.ts'

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

/** Folder of a photo, in a query. */
export const photoFolder = orEmpty(
  z.enum(folders).default('root').openapi({ description: 'Any but `root` is for admins' }),
)

export const photoQuery = z.object({ folder: photoFolder })

export const imageListQuery = z.object({
  sort: orEmpty(z.enum(librarySorts).default('name')),
  order: orEmpty(z.enum(['asc', 'desc']).default('asc')),
})

/** A link that this program signed. */
export const linkQuery = z.object({ token: z.string().min(1).max(2000) })
