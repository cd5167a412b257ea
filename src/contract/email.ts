/** E-mail addresses as identities: two spellings are one person, or they are not, whatever Unicode says. */
import { z } from 'zod'
import { withoutEnd } from '../base/text-edges.ts'

declare const emailBrand: unique symbol
/** An e-mail address in the one form in which it is compared: ASCII, lower case, nothing around it. */
export type Email = string & { readonly [emailBrand]: true }

/** RFC 5321, section 4.5.3.1.3: a path of 256 octets, less its angle brackets. */
const maxLength = 254
/** With what stands around it. Characters. */
const maxRawLength = 2 * maxLength
/** ASCII before lower-casing: the Kelvin sign and others become ASCII letters by it. */
const address = /^[\x21-\x7e]+$/

/**
 * Gives the form to compare, without folding dots or `+tags`: that is each provider's own affair. `null` for what is no address
 * of one `@` in ASCII, for such an address must never match anything.
 */
export function parseEmail(raw: string): Email | null {
  if (raw.length > maxRawLength) return null
  const text = withoutEnd(raw.replace(/^[ \t]+/, ''), /[ \t]/)
  if (text.length > maxLength || !address.test(text)) return null
  const [local, domain, ...more] = text.split('@')
  if (!local || !domain || more.length > 0) return null
  // The checks above are what the brand promises.
  return text.toLowerCase() as Email
}

/** An {@link Email} inside something that is parsed. */
export const emailSchema = z.string().transform((text, context) => {
  const email = parseEmail(text)
  if (email === null) context.addIssue('must be an e-mail address in ASCII')
  return email ?? z.NEVER
})
