/** Changes that a platform allows for a post, as the API answers them. */
import { z } from '@hono/zod-openapi'
import type { Possibility, PossibleChanges } from '../../ports/publisher.ts'

export const possibilitySchema = z
  .union([
    z.object({
      possible: z.literal(true),
      until: z.iso.datetime().optional().openapi({ description: 'End of the time in which it is possible' }),
      remark: z.string().optional().openapi({ description: 'Message for people' }),
    }),
    z.object({
      possible: z.literal(false),
      reason: z.string().openapi({ description: 'Message for people' }),
    }),
  ])
  .openapi('Possibility')

/** Changes of a post: taking it back, and correcting its texts. */
export const possibleChangesFields = { retract: possibilitySchema, correct: possibilitySchema }

export const possibleChangesSchema = z.object(possibleChangesFields).openapi('PossibleChanges')

export function changesAnswer({ retract, correct }: PossibleChanges): z.output<typeof possibleChangesSchema> {
  return { retract: possibilityAnswer(retract), correct: possibilityAnswer(correct) }
}

function possibilityAnswer(possibility: Possibility): z.output<typeof possibilitySchema> {
  if (!possibility.possible) return possibility
  const { until, remark } = possibility
  return {
    possible: true,
    ...(until && { until: until.toISOString() }),
    ...(remark !== undefined && { remark }),
  }
}
