/** The block `content.watermark`: what is drawn over pictures that leave, and where. */
import { z } from 'zod'
import { block, documented, type Fault, type Field, field, isBlank, isRecord } from '../lenient.ts'

/** Places of a watermark in the picture. */
export const watermarkPositions = [
  'top-left',
  'top',
  'top-right',
  'left',
  'center',
  'right',
  'bottom-left',
  'bottom',
  'bottom-right',
] as const
export type WatermarkPosition = (typeof watermarkPositions)[number]
const usualPosition: WatermarkPosition = 'bottom-right'

/** Stands for a text of the wrong type. No font has it, so nothing leaves without the mark that was meant. */
const unusableText = '\u{fffd}'
const unusable = { value: unusableText, consequence: 'no picture leaves until it is corrected' }
const words = z.union([z.string().max(20_000), z.number().transform(String)])

/** Reads a position in any case and with any separator: `bottom_right`, `Bottom Right`, `bottomright`, `centre`. */
const position = z
  .string()
  .max(40)
  .transform((value, context) => {
    const plain = lettersOf(value).replace('centre', 'center').replace('middle', 'center')
    const found = watermarkPositions.find((known) => [lettersOf(known), reversed(known)].includes(plain))
    return found ?? alias[plain] ?? unknown(context)
  })

const alias: Readonly<Record<string, WatermarkPosition>> = {
  topcenter: 'top',
  centertop: 'top',
  centerleft: 'left',
  leftcenter: 'left',
  centerright: 'right',
  rightcenter: 'right',
  bottomcenter: 'bottom',
  centerbottom: 'bottom',
  centercenter: 'center',
}

const lettersOf = (value: string) => value.toLowerCase().replace(/[^a-z]/g, '')
const reversed = (value: string) => value.split('-').toReversed().join('')

function unknown(context: z.core.$RefinementCtx<unknown>): never {
  context.addIssue('is not a known position')
  return z.NEVER
}

const number = z.union([
  z.number(),
  z
    .string()
    .max(20)
    .trim()
    .regex(/^\d{0,3}(\.\d{1,9})?\s?%?$/)
    .refine((value) => /\d/.test(value))
    .transform((value) => (value.endsWith('%') ? Number.parseFloat(value) / 100 : Number(value))),
])

/** Reads a share of 1. A number above 1 is a percentage. */
function share(min: number) {
  return number.transform((value) => (value > 1 ? value / 100 : value)).pipe(z.number().min(min).max(1))
}

const sizes = { small: 0.12, medium: 0.2, large: 0.35 } as const
const sizeName = z
  .string()
  .max(20)
  .trim()
  .toLowerCase()
  .pipe(z.enum(['small', 'medium', 'large']))
  .transform((name) => sizes[name])

const members = block({
  text: documented(field(words, undefined, 'text', unusable), {
    description: 'A line of at most 80 Latin letters, digits and signs. The rest is left out.',
    example: '© Alice',
  }),
  image: documented(field(words, undefined, 'the name of a file', unusable), {
    description:
      'Name of a PNG, WebP or JPEG in `.publisher` below the root, at most 1 MB. Takes the place of the text.',
    example: 'logo.png',
  }),
  position: documented(
    { ...field(position, usualPosition, 'a known position'), accepts: positionsText() },
    { description: 'Place in the picture.', example: 'bottom-right' },
  ),
  opacity: documented(field(share(0), 0.5, 'a number from 0 to 1, or a percentage'), {
    description: 'Opacity of the watermark. 0 draws none.',
    example: 0.5,
  }),
  size: documented(
    field(
      z.union([sizeName, share(0.02)]),
      0.2,
      'a number from 0.02 to 1, a percentage, `small`, `medium` or `large`',
    ),
    { description: "Width of the watermark as a share of the picture's width.", example: 0.2 },
  ),
})

export type WatermarkSettings = ReturnType<typeof members.read>

/** Reads the block. A text in its place is the text of the watermark, `false` is none. */
export const watermarkField: Field<WatermarkSettings> = documented(
  {
    ...members,
    read(value: unknown, path: string, faults: Fault[]) {
      if (isBlank(value) || value === false || isRecord(value))
        return members.read(value === false ? undefined : value, path, faults)
      return members.read({ text: value }, path, faults)
    },
  },
  {
    description:
      'Drawn over published pictures and over all that visitors see, never over originals. Default: none.',
  },
)

function positionsText(): string {
  return watermarkPositions.map((known) => `\`${known}\``).join(', ')
}
