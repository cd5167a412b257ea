/** Schemas of publishing one photo. */
import { z } from '@hono/zod-openapi'
import { platforms } from '../../contract/platform.ts'
import { ratings } from '../../contract/rating.ts'
import { offOrNull, orNull } from '../input-schemas.ts'
import { captionsByChannel, captionText, channelName } from './captions-schemas.ts'
import { possibleChangesFields } from './possible-changes.ts'

/** Upper bound on the channels that a request names. */
const maxChannels = 100

export const publishSchema = z
  .object({
    platforms: orNull(z.array(channelName).min(1).max(maxChannels)).openapi({
      description: 'Names of channels, or the `id`s of their entries. Default: all enabled channels',
      example: ['telegram'],
    }),
    caption: orNull(captionText).openapi({ description: 'For all channels that `captions` does not name' }),
    captions: orNull(captionsByChannel),
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

const { retract, correct } = possibleChangesFields

const resultSchema = z.object({
  success: z.boolean(),
  type: z.enum(platforms).openapi({ description: 'Platform of the channel' }),
  post_id: z.string().optional(),
  url: z.string().optional(),
  published_at: z.iso.datetime().optional().openapi({
    description: 'Time of the publication, or of the earlier publication if skipped as a duplicate',
  }),
  retract: retract.optional(),
  correct: correct.optional().openapi({ description: 'Possible changes of a post that is out' }),
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
    results: z.record(z.string(), resultSchema).openapi({ description: 'By the name of the channel' }),
    any_success: z.boolean(),
    archived: z.boolean(),
    warnings: z.array(z.string()).optional(),
  })
  .openapi('Published')

export type Published = z.output<typeof publishedSchema>
