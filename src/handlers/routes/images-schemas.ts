/** Schemas of photos for viewers, and of parameters that all routes of one photo share. */
import { z } from '@hono/zod-openapi'
import { platforms } from '../../contract/platform.ts'
import { folders } from '../../ports/photo.ts'
import { librarySorts } from '../../workflow/library.ts'
import { orEmpty } from '../input-schemas.ts'
import { captionsSchema, ratingFields } from './captions-schemas.ts'
import { possibleChangesFields } from './possible-changes.ts'

export const missingFolder = z.string().optional().openapi({
  description:
    'The configured root folder, if it does not exist. For admins, with storages that have folders',
  example: '/Photos',
})

export const photoVersionSchema = z.string().openapi({
  description:
    'Version of the photo’s bytes: the parameter `v` of its thumbnails. Another version means other bytes',
  example: 'Rk9PQmFyQmF',
})

export const placeholderSchema = z.string().nullable().openapi({
  description:
    'A thumbhash of the photo in base64url, to show until the thumbnail has loaded. null: none has been made yet',
  example: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
})

export const imageListSchema = z
  .object({
    filenames: z.array(z.string()),
    versions: z
      .array(photoVersionSchema)
      .openapi({ description: 'Version of each photo, in the same order' }),
    placeholders: z
      .array(placeholderSchema)
      .openapi({ description: 'Placeholder of each photo, in the same order' }),
    count: z.number().int(),
    missing_folder: missingFolder,
  })
  .openapi('ImageList')

const visitorMetadataSchema = z
  .object({
    alt_text: z.string().optional(),
    tags: z.array(z.string()).optional(),
    taken_at: z.string().optional().openapi({
      description: 'ISO 8601, without an offset if the camera recorded none',
      example: '2026-06-01T18:30:00',
    }),
    width: z.number().int().optional().openapi({ description: 'Width of the upright original, in pixels' }),
    height: z.number().int().optional(),
    credit: z.string().optional(),
  })
  .strict()
  .openapi('VisitorMetadata')

const publicationSchema = z
  .object({
    platform: z.string().openapi({ description: 'Name of the channel', example: 'telegram' }),
    type: z.enum(platforms),
    status: z.enum(['published', 'failed', 'unknown', 'in_progress', 'retracted']),
    at: z.iso.datetime().nullable().openapi({
      description:
        'Time of the publication, the failure, the start or the retraction. null: the record cannot be read',
    }),
    post_url: z.string().nullable(),
    error: z.string().nullable().openapi({ description: 'Message for people' }),
    retract: possibleChangesFields.retract.optional(),
    correct: possibleChangesFields.correct
      .optional()
      .openapi({ description: 'Possible changes of a published photo' }),
  })
  .openapi('Publication')

export const photoSchema = z
  .object({
    filename: z.string(),
    version: photoVersionSchema,
    placeholder: placeholderSchema,
    temp_url: z.string().openapi({
      description:
        'Link to the photo in full size. The link is valid for about four hours, for every client that has it. Visitors get a copy without metadata on this host, admins the original',
    }),
    thumbnail_url: z.string(),
    sha256: z.string().nullable().openapi({
      description:
        'SHA-256 of the original, in lower-case hex. null for visitors, and until an upload, an analysis or a publication has computed it',
    }),
    caption: z.string().nullable().openapi({ description: 'Empty if a person cleared it. null: no caption' }),
    alt_text: z.string().nullable(),
    captions: captionsSchema.optional().openapi({ description: 'For admins' }),
    rating: ratingFields.rating.optional().openapi({ description: 'For admins' }),
    rating_source: ratingFields.rating_source.optional().openapi({
      description: 'For admins: a person rated the photo, the AI did, or the default counts',
    }),
    sd_caption: z.string().nullable().openapi({ description: 'null for visitors' }),
    metadata: z
      .union([visitorMetadataSchema, z.record(z.string(), z.unknown())])
      .nullable()
      .openapi({ description: 'VisitorMetadata for visitors, the whole sidecar for admins' }),
    has_sidecar: z.boolean(),
    publications: z.array(publicationSchema).optional().openapi({
      description:
        'For admins: the latest outcome on each channel that was tried. Unknown, and therefore empty, while `sha256` is null',
    }),
    picture: z
      .object({
        width: z.number().int(),
        height: z.number().int(),
        taken_at: z.string().nullable(),
      })
      .nullable()
      .optional()
      .openapi({ description: 'For admins: facts about the upright original. null if unknown' }),
    embedded_known: z.boolean().optional().openapi({
      description:
        'For admins: false if the server has not looked yet for title, description and other words inside the photo',
    }),
  })
  .openapi('Photo')

/** Photo as `GET /api/images/{filename}` and `/random` answer it. */
export type Photo = z.output<typeof photoSchema>

export const filenameParameter = z.object({
  filename: z.string().openapi({ param: { name: 'filename', in: 'path' }, example: 'dusk-01.jpg' }),
})

/** Folder of a photo, in a query. */
export const photoFolder = orEmpty(
  z.enum(folders).default('root').openapi({ description: 'Folders other than `root` are for admins' }),
)

export const photoQuery = z.object({
  folder: photoFolder,
  embedded: orEmpty(
    z.enum(['read']).optional().openapi({
      description:
        'For admins. `read`: looks for words inside the photo first, by reading the original up to them. Default: only what is known already',
    }),
  ),
})

export const imageListQuery = z.object({
  sort: orEmpty(z.enum(librarySorts).default('name')),
  order: orEmpty(z.enum(['asc', 'desc']).default('asc')),
})

/** Query of a signed link. */
export const linkQuery = z.object({ token: z.string().min(1).max(2000) })
