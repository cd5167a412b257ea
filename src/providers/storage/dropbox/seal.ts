/**
 * Nonce that distinguishes two claims with the same text. Dropbox does not record the creator of a file, so after a lost answer only the
 * content can identify the creator. The nonce follows the text as a line of spaces and tabs. JSON allows white space there, so the file
 * is still valid for readers.
 */

const nonceBytes = 16
const seal = /\n[ \t]{128}$/

/** Appends a new nonce to the text. */
export function sealed(text: string): string {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes))
  const bits = Array.from(nonce, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return `${text}\n${bits.replaceAll('0', ' ').replaceAll('1', '\t')}`
}

/** Removes the nonce of {@link sealed}. Returns a text without a nonce unchanged. */
export function unsealed(stored: string): string {
  return stored.replace(seal, '')
}
