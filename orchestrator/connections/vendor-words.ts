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

/** Shortest part of a secret that a code may not be. */
const minPart = 8

/** Returns the vendor's code. Returns an empty text for other texts, and for a code with a given secret or a part of it. */
export function vendorCode(code: unknown, secrets: readonly string[] = []): string {
  if (typeof code !== 'string' || !errorCode.test(code)) return ''
  const holds = (secret: string) =>
    secret !== '' && (code.includes(secret) || (code.length >= minPart && secret.includes(code)))
  return secrets.some(holds) ? '' : code
}
