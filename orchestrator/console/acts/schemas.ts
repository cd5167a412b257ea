/** Parts of the inputs and outputs of acts. */
import { z } from 'zod'
import { parseEmail } from '../../../src/contract/email.ts'

export const tenantName = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'Name of the gallery', example: 'alice' })

export const email = z
  .string()
  .max(500)
  .transform((text, context) => {
    const parsed = parseEmail(text)
    if (parsed === null) context.addIssue('must be an e-mail address in ASCII')
    return parsed ?? z.NEVER
  })
  .meta({ description: 'E-mail address', example: 'alice@example.org' })

/** Difference of two configurations. */
export const differenceSchema = z.object({
  changes: z.array(
    z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() }),
  ),
  more: z.number(),
})

export const done = z.object({ done: z.literal(true) })
