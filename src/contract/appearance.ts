/** A tenant's own title and colours. Ignores unusable values, so that a typo cannot break a gallery. */
import { z } from 'zod'
import { block, documented, field, type ValueOf } from './lenient.ts'

/** A colour as `#rgb` or `#rrggbb`, normalised to lower-case `#rrggbb`. Refuses all other notations. */
const colour = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/)
  .transform((text) => (text.length === 4 ? text.replace(/[0-9a-f]/g, '$&$&') : text))

/** A line for the title bar. Replaces control and direction characters, which could disguise the text beside the title. */
const line = z
  .string()
  .transform((text) =>
    text
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
  .pipe(z.string().min(1).max(60))

const colourField = field(colour, undefined, 'a colour such as #c40 or #cc4400')

export const appearanceField = documented(
  block({
    title: documented(field(line, undefined, 'a line of at most 60 characters'), {
      description: 'Name in the title bar, the browser tab and under the icon of the installed app.',
      example: 'Alice in Rope',
      whenAbsent: "the host's first label",
    }),
    accent_color: documented(colourField, {
      description: 'Colour of pressed, focused and important controls.',
      example: '#e07a5f',
      whenAbsent: 'amber',
    }),
    background_color: documented(colourField, {
      description: 'Page background.',
      example: '#101014',
      whenAbsent: 'near black, warm white',
    }),
  }),
  { description: 'Title and colours of the gallery. See [Appearance](#appearance).' },
)

export type Appearance = Partial<ValueOf<typeof appearanceField>>
