/** E-mail addresses as identities. Accepts only ASCII, so that Unicode look-alikes cannot match another person. */
import { z } from 'zod'
import { withoutEnd } from '../base/text-edges.ts'

declare const emailBrand: unique symbol
/** An e-mail address in normal form for comparison: ASCII, lower case, trimmed. */
export type Email = string & { readonly [emailBrand]: true }

/** Longest address: a path of 256 octets without its angle brackets (RFC 5321, section 4.5.3.1.3). */
const maxLength = 254
/** Longest text to trim. Characters. */
const maxRawLength = 2 * maxLength
/** Printable ASCII. Checked before lower-casing, which turns the Kelvin sign and others into ASCII letters. */
const address = /^[\x21-\x7e]+$/

/**
 * Normalises an address for comparison. Keeps dots and `+tags`, whose meaning differs between mail providers. Returns `null`
 * unless the text is an ASCII address with a single `@`, because other texts must never match an admin.
 */
export function parseEmail(raw: string): Email | null {
  if (raw.length > maxRawLength) return null
  const text = withoutEnd(raw.replace(/^[ \t]+/, ''), /[ \t]/)
  if (text.length > maxLength || !address.test(text)) return null
  const [local, domain, ...more] = text.split('@')
  if (!local || !domain || more.length > 0) return null
  // The checks above establish the brand.
  return text.toLowerCase() as Email
}

/** Schema for an {@link Email} field. */
export const emailSchema = z.string().transform((text, context) => {
  const email = parseEmail(text)
  if (email === null) context.addIssue('must be an e-mail address in ASCII')
  return email ?? z.NEVER
})
