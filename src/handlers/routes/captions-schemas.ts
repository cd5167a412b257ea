/** Schemas of saved captions, of their edits, and of the rules of each platform. */
import { z } from '@hono/zod-openapi'
import { platforms } from '../../contract/platform.ts'
import { ratings } from '../../contract/rating.ts'
import type { SavedCaptions } from '../../workflow/photo-details.ts'
import { ratingSources } from '../../workflow/rating.ts'
import { captionSources } from '../../workflow/sidecar.ts'

const maxCaptionLength = 10_000
/** Caption in a request. */
export const captionText = z.string().max(maxCaptionLength)

/** Describes captions by platform. Other names are refused. */
export function captionsByPlatform(names: readonly string[]) {
  const text = { type: 'string' as const, maxLength: maxCaptionLength }
  const properties = Object.fromEntries(names.map((name) => [name, text]))
  return { type: 'object' as const, properties, additionalProperties: false }
}

/** Saved captions of a photo. */
export const captionsSchema = z
  .object({
    source: z.enum(captionSources).nullable().openapi({
      description:
        'Origin of the caption. `training`: the sidecar has only a training prompt, which is not a caption. null: no text at all',
    }),
    by_platform: z.record(z.string(), z.string()).openapi({
      description: 'Saved caption of each enabled platform, used if a request sends none. Empty: no caption',
    }),
  })
  .openapi('Captions')

/** Converts saved captions to the API's form. */
export function captionsAnswer({ source, byPlatform }: SavedCaptions): z.output<typeof captionsSchema> {
  return { source, by_platform: { ...byPlatform } }
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
      .openapi({ description: 'For all platforms without a caption of their own. Empty: no caption' }),
    captions: z
      .partialRecord(z.enum(platforms), captionText)
      .optional()
      .openapi(captionsByPlatform(platforms)),
    alt_text: z.string().max(2000).optional().openapi({ description: 'Blank: no alt text' }),
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

export const captionRulesSchema = z
  .object({
    platforms: z.array(
      z.object({
        platform: z.enum(platforms),
        max_length: z.number().int(),
        unit: z.enum(['utf16', 'grapheme']),
        max_hashtags: z.number().int(),
        plain: z.boolean(),
        has_subject: z.boolean().openapi({ description: 'Posts are e-mails with a subject line' }),
      }),
    ),
    hashtags: z.string().openapi({ description: 'Added on platforms that allow hashtags' }),
  })
  .openapi('CaptionRules')

export type CaptionRulesAnswer = z.output<typeof captionRulesSchema>
