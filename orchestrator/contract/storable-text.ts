/** Texts that every store keeps unchanged. */
import { z } from 'zod'

/** Checks for half characters (lone surrogates) and control characters. PostgreSQL refuses NUL, and UTF-8 has no half characters. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text)
}

/** Non-empty text that every store keeps unchanged. */
export const storableText = z.string().min(1).refine(isStorable)
