/** Schemas of the analysis of one photo. */
import { z } from '@hono/zod-openapi'
import { platforms } from '../../contract/platform.ts'
import { ratings } from '../../contract/rating.ts'
import { orEmpty } from '../input-schemas.ts'

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
    description: 'Ask the AI again. Text that a person wrote stays',
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
    rating: z
      .enum(ratings)
      .openapi({ description: 'Rating that now counts: a person’s, otherwise the AI’s' }),
    platform_captions: byPlatform.openapi({ description: 'Within each platform’s limits' }),
    sidecar_written: z.boolean(),
  })
  .openapi('Analysis')

export type Analysis = z.output<typeof analysisSchema>
