/** Schemas of publishing one photo. */
import { z } from '@hono/zod-openapi'
import { platformNames, platformOf, platforms, textsByPlatform } from '../../contract/platform.ts'
import { ratings } from '../../contract/rating.ts'
import { offOrNull, orNull } from '../input-schemas.ts'
import { captionsByPlatform, captionText } from './captions-schemas.ts'

const platform = z
  .enum(platformNames)
  .transform(platformOf)
  .openapi({ type: 'string', enum: [...platformNames] })

export const publishSchema = z
  .object({
    platforms: orNull(z.array(platform).min(1).max(20)).openapi({
      description: 'Default: all enabled platforms',
    }),
    caption: orNull(captionText).openapi({ description: 'For all platforms that `captions` does not name' }),
    captions: z
      .record(z.string().max(20), captionText)
      .nullish()
      .transform((captions, context) => {
        if (!captions) return undefined
        const byName = textsByPlatform(captions)
        if (byName) return byName
        context.addIssue({ code: 'custom', message: 'names a platform that does not exist' })
        return z.NEVER
      })
      .openapi({ ...captionsByPlatform(platformNames), type: ['object', 'null'] }),
    rating: orNull(z.enum(ratings)).openapi({
      description: 'Rating by a person, saved before anything is sent. Default: the saved rating',
    }),
    dry_run: offOrNull().openapi({ description: 'Preview what would be sent, without sending' }),
    force: offOrNull().openapi({
      description: 'Publish even if the outcome of an earlier attempt is unknown',
    }),
    sha256: orNull(z.string().regex(/^[0-9a-f]{64}$/)).openapi({
      description:
        'SHA-256 of the intended photo. A different photo of this name is refused with `photo_changed`',
    }),
    version: orNull(z.string().regex(/^[\w-]{11}$/)).openapi({
      description:
        'Version of the intended photo, for clients that do not know its SHA-256. Another version in the root folder is refused with `photo_changed`. Ignored beside `sha256`',
    }),
  })
  .openapi('Publish')

const resultSchema = z.object({
  success: z.boolean(),
  post_id: z.string().optional(),
  url: z.string().optional(),
  published_at: z.iso.datetime().optional().openapi({
    description: 'Time of the publication, or of the earlier publication if skipped as a duplicate',
  }),
  error: z.string().optional(),
  code: z.string().optional(),
  skipped: z.enum(['duplicate', 'in_progress', 'unknown', 'dry_run']).optional(),
  warning: z.string().optional(),
  preview: z.string().optional().openapi({ description: 'What would be sent' }),
  caption: z.string().optional().openapi({ description: 'With `preview`: the caption that would be sent' }),
  subject: z.string().optional().openapi({ description: 'With `preview`: the subject of the e-mail' }),
  standing: z
    .enum(['duplicate', 'in_progress', 'unknown'])
    .optional()
    .openapi({ description: 'With `preview`: the reason why the photo would not be sent now' }),
})

export const publishedSchema = z
  .object({
    filename: z.string().openapi({ description: 'Name at the final location' }),
    results: z.partialRecord(z.enum(platforms), resultSchema),
    any_success: z.boolean(),
    archived: z.boolean(),
    warnings: z.array(z.string()).optional(),
  })
  .openapi('Published')

export type Published = z.output<typeof publishedSchema>
