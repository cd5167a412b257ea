/**
 * A nonce that tells one claim from another of the same text. Dropbox cannot say afterwards who created a file, so when
 * the answer to a creation got lost, only the content can. The nonce stands behind the text as a line of spaces and tabs:
 * JSON allows white space there, so whoever opens or copies the file finds the very text that was meant.
 */

const nonceBytes = 16
const seal = /\n[ \t]{128}$/

/** The text as it is stored, different at each call. */
export function sealed(text: string): string {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes))
  const bits = Array.from(nonce, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return `${text}\n${bits.replaceAll('0', ' ').replaceAll('1', '\t')}`
}

/** The text as it was given to {@link sealed}. What was stored without a seal is given as it is. */
export function unsealed(stored: string): string {
  return stored.replace(seal, '')
}
