/** Inputs that clients may leave empty or null, and whole numbers. */
import { z } from '@hono/zod-openapi'

/** Accepts an empty query parameter as if it were left out. */
export function orEmpty<S extends z.ZodType>(schema: S) {
  const lenient = z.preprocess((value) => (value === '' ? undefined : value), schema)
  return lenient.openapi({ param: { allowEmptyValue: true } })
}

/** Whole number in a query, in plain digits: `Number` alone would accept `1e2`, `0x10` and blanks. */
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

/** Accepts `null` in a field as if the field were left out. */
export function orNull<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/** Boolean that may be `null` or left out, both meaning false. */
export function offOrNull() {
  return z
    .boolean()
    .nullish()
    .transform((value) => value ?? false)
}
