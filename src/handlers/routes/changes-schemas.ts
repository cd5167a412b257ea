/** Schemas of taking posts back, and of correcting them. */
import { z } from '@hono/zod-openapi'
import { platforms } from '../../contract/platform.ts'
import { orNull } from '../input-schemas.ts'
import { captionsByChannel, captionText, channelName, maxAltTextLength } from './captions-schemas.ts'

/** Upper bound on the channels that a request names. */
const maxChannels = 100

const channels = orNull(z.array(channelName).min(1).max(maxChannels)).openapi({
  description:
    'Names of channels, or the `id`s of their entries. Default: all channels with an attempt at the photo',
  example: ['telegram'],
})

export const retractSchema = z.object({ platforms: channels }).openapi('Retract')

export const correctSchema = z
  .object({
    platforms: channels,
    caption: orNull(captionText).openapi({ description: 'For all channels that `captions` does not name' }),
    captions: orNull(captionsByChannel),
    alt_text: orNull(z.string().max(maxAltTextLength)).openapi({ description: 'Blank: no alt text' }),
  })
  .openapi('Correct')

const changeResultSchema = z.object({
  success: z.boolean(),
  type: z.enum(platforms).optional().openapi({ description: 'Platform of the channel, if it is enabled' }),
  post_id: z.string().optional(),
  url: z.string().optional(),
  error: z.string().optional(),
  code: z.string().optional(),
  skipped: z
    .enum(['nothing_there', 'retracted', 'in_progress', 'unknown', 'impossible'])
    .optional()
    .openapi({ description: 'Reason why the platform was not asked to change anything' }),
  warning: z.string().optional(),
})

export const changedSchema = z
  .object({
    filename: z.string(),
    results: z.record(z.string(), changeResultSchema).openapi({ description: 'By the name of the channel' }),
  })
  .openapi('ChangedPosts')

export type ChangedPosts = z.output<typeof changedSchema>
