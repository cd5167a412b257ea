/** Words of vendors for people: on one line, bounded, without web addresses and without secrets. */
import { Secret } from '../../src/base/secret.ts'
import { safeLine } from '../../src/base/vendor-text.ts'

const maxWords = 200
/** Upper bound on the examined characters, so that a long text costs little. */
const maxExamined = 2000
const webAddress = /\b[a-z][a-z0-9+.-]{1,20}:\/\/\S*/gi
/** Code of an error as vendors write it. Other texts are not codes and may hold anything. */
const errorCode = /^[A-Za-z0-9_.:/-]{1,60}$/

/** Makes a vendor's text fit for the connection's page. Cuts it, and removes web addresses and the given secrets. */
export function vendorWords(text: string, secrets: readonly string[] = []): string {
  const hidden = secrets.map((secret) => new Secret(secret))
  // Secrets go first: an address may end inside a secret.
  const withoutSecrets = safeLine(text, hidden, maxExamined)
  return safeLine(withoutSecrets.replace(webAddress, '[address]'), [], maxWords)
}

/** Returns the vendor's code, or an empty text if it does not look like a code. */
export function vendorCode(code: unknown): string {
  return typeof code === 'string' && errorCode.test(code) ? code : ''
}
