/** Schemas of variants of captions. */
import { z } from '@hono/zod-openapi'
import { variantKinds } from '../../workflow/caption-variants.ts'
import { captionsByChannel } from './captions-schemas.ts'

export const variantsRequestSchema = z
  .object({
    kind: z.enum(variantKinds).openapi({
      description: '`shorter` and `warmer` ask the AI; `no_hashtags` needs none',
    }),
    captions: captionsByChannel
      .optional()
      .openapi({ description: 'Captions to change, by channel. Absent: the saved captions' }),
  })
  .openapi('CaptionVariantsRequest')

export const variantsSchema = z
  .object({
    filename: z.string(),
    kind: z.enum(variantKinds),
    captions: z
      .record(z.string(), z.string())
      .openapi({ description: 'By the name of a channel, within its rules. Not saved' }),
  })
  .openapi('CaptionVariants')

export type CaptionVariants = z.output<typeof variantsSchema>
