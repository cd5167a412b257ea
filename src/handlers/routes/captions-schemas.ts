/** Schemas of saved captions, of their edits, and of the rules of each platform. */
import { z } from '@hono/zod-openapi'
import { platforms } from '../../contract/platform.ts'
import { ratings } from '../../contract/rating.ts'
import type { SavedCaptions } from '../../workflow/photo-details.ts'
import { ratingSources } from '../../workflow/rating.ts'
import { captionSources } from '../../workflow/sidecar.ts'
import { possibleChangesSchema } from './possible-changes.ts'

const maxCaptionLength = 10_000
export const maxAltTextLength = 2000
/** Caption in a request. */
export const captionText = z.string().max(maxCaptionLength)

/** Name of a channel, or `id` of its entry, in a request. The route knows the channels. */
export const channelName = z.string().min(1).max(220)

/** Captions by channel, in a request. */
export const captionsByChannel = z.record(channelName, captionText).openapi({
  type: 'object',
  additionalProperties: { type: 'string', maxLength: maxCaptionLength },
  description: 'By the name of a channel, the `id` of its entry, or the name of its platform',
})

/** Saved captions of a photo. */
export const captionsSchema = z
  .object({
    source: z.enum(captionSources).nullable().openapi({
      description:
        'Origin of the caption. `training`: the sidecar has only a training prompt, which is not a caption. null: no text at all',
    }),
    by_platform: z.record(z.string(), z.string()).openapi({
      description: 'Saved caption of each enabled channel, used if a request sends none. Empty: no caption',
    }),
  })
  .openapi('Captions')

/** Converts saved captions to the API's form. */
export function captionsAnswer({ source, byChannel }: SavedCaptions): z.output<typeof captionsSchema> {
  return { source, by_platform: { ...byChannel } }
}

/** Rating of a photo, and its origin. */
export const ratingFields = {
  rating: z.enum(ratings),
  rating_source: z.enum(ratingSources),
}

export const captionEditSchema = z
  .object({
    caption: captionText
      .optional()
      .openapi({ description: 'For all channels without a caption of their own. Empty: no caption' }),
    captions: captionsByChannel.optional(),
    alt_text: z.string().max(maxAltTextLength).optional().openapi({ description: 'Blank: no alt text' }),
    rating: z.enum(ratings).nullish().openapi({
      description:
        'Rating by a person. null: removes it, so that the rating of the analysis or the default counts',
    }),
  })
  .openapi('CaptionEdit')

export const savedEditSchema = z
  .object({
    filename: z.string(),
    caption: z.string().nullable(),
    alt_text: z.string().nullable(),
    captions: captionsSchema,
    ...ratingFields,
    metadata: z.record(z.string(), z.unknown()),
  })
  .openapi('SavedEdit')

export type SavedEdit = z.output<typeof savedEditSchema>

const ratingEffectSchema = z
  .object({
    refusal: z
      .string()
      .optional()
      .openapi({ description: 'Message for people: why the channel does not get such photos' }),
    label: z.string().optional().openapi({ description: 'What the platform is told, such as `spoiler`' }),
  })
  .openapi('RatingEffect')

const ruleFields = {
  max_length: z.number().int(),
  unit: z.enum(['utf16', 'grapheme']),
  max_bytes: z
    .number()
    .int()
    .optional()
    .openapi({ description: 'Limit in UTF-8 bytes, beside `max_length`' }),
  url_length: z
    .number()
    .int()
    .optional()
    .openapi({ description: 'Length that every web address counts as. Absent: its own length' }),
  max_hashtags: z.number().int(),
  plain: z.boolean(),
}

export const captionRulesSchema = z
  .object({
    platforms: z.array(
      z.object({
        platform: z.string().openapi({ description: 'Name of the channel', example: 'telegram' }),
        type: z.enum(platforms),
        id: z.string().optional().openapi({ description: '`id` of the channel’s entry' }),
        ...ruleFields,
        has_subject: z.boolean().openapi({ description: 'Posts are e-mails with a subject line' }),
        ratings: z
          .record(z.enum(ratings), ratingEffectSchema)
          .openapi({ description: 'Effect of each rating' }),
        changes: possibleChangesSchema.openapi({
          description: 'Changes that are possible for a post right after publishing',
        }),
      }),
    ),
    hashtags: z.string().openapi({ description: 'Added on platforms that allow hashtags' }),
  })
  .openapi('CaptionRules')

export type CaptionRulesAnswer = z.output<typeof captionRulesSchema>
