/** Inputs that clients may leave empty or null, and whole numbers. */
import { z } from '@hono/zod-openapi'

/** Lets forms and scripts send a parameter of a query empty instead of leaving it out. */
export function orEmpty<S extends z.ZodType>(schema: S) {
  const lenient = z.preprocess((value) => (value === '' ? undefined : value), schema)
  return lenient.openapi({ param: { allowEmptyValue: true } })
}

/** Whole number of a query, in plain digits: `Number` alone would accept `1e2`, `0x10` and blanks. */
export function wholeNumber({ min, max, fallback }: { min: number; max: number; fallback: number }) {
  const digits = z.string().regex(/^\d{1,15}$/, 'is not a whole number')
  return orEmpty(digits.transform(Number).pipe(z.number().int().min(min).max(max)).default(fallback)).openapi(
    {
      type: 'integer',
      minimum: min,
      maximum: max,
      default: fallback,
    },
  )
}

/** Lets a field be `null`, with the same meaning as leaving it out. */
export function orNull<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/** A switch that may be `null` or left out, which both say off. */
export function offOrNull() {
  return z
    .boolean()
    .nullish()
    .transform((value) => value ?? false)
}
