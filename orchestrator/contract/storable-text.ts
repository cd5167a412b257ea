/** Texts that every store keeps unchanged. */
import { z } from 'zod'

/** Ranges instead of a property, because the API description passes the pattern to programs that know no properties. */
const controls = String.raw`\u0000-\u001f\u007f-\u009f`
const withoutControls = new RegExp(`^[^${controls}]+$`)

/** Non-empty text without control characters and half characters. PostgreSQL refuses NUL, and UTF-8 has no half characters. */
export const storableText = z
  .string()
  .min(1)
  .regex(withoutControls)
  .refine((text) => text.isWellFormed())
