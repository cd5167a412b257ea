/** The second net under the doctor's words: secrets, references and mail addresses that this run knows are taken out. */
import { Secret } from '../../base/secret.ts'

export interface Redaction {
  /** Adds every secret that lies in the value, at any depth. */
  addSecrets(value: unknown): void
  /** Adds a text that must not be shown, such as a credentials reference. */
  add(text: string): void
  clean(text: string): string
}

/** Run of characters that may hold a mail address; each is looked at once. */
const word = /[^\s<>"'“”()[\],;:]+/g
/** As much of a text as is shown. Secrets are looked for in no more. Characters. */
const longest = 4000
/** Secrets that are long and varied enough: hiding plain words, such as the name of a vendor, would hide too much else. */
const distinctive = /^(?=.{4})(?=.*[^a-z])/s

export function createRedaction(): Redaction {
  const hidden = new Set<string>()

  function addSecrets(value: unknown): void {
    if (value instanceof Secret) hidden.add(value.reveal())
    else if (Array.isArray(value)) value.forEach(addSecrets)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(addSecrets)
  }

  return {
    addSecrets,
    add: (text) => {
      if (distinctive.test(text)) hidden.add(text)
    },
    clean: (text) => {
      // The longest first: one may be a part of another.
      const known = [...hidden].sort((a, b) => b.length - a.length)
      const without = known.reduce(
        (clean, secret) => clean.replaceAll(secret, '[redacted]'),
        cutAtSpace(text, longest),
      )
      return without.replace(word, withoutAddress)
    },
  }
}

/** The text, or its beginning up to the last white space before the limit: no secret is cut in two and shown in part. */
export function cutAtSpace(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const beginning = text.slice(0, maxLength)
  return `${beginning.slice(0, Math.max(beginning.lastIndexOf(' '), beginning.lastIndexOf('\n'), 0))}…`
}

/** A mail address has one part before its sign, and a dot with something on both sides behind it. */
function withoutAddress(found: string): string {
  const sign = found.indexOf('@', 1)
  const dot = sign < 0 ? -1 : found.indexOf('.', sign + 2)
  return dot > 0 && dot < found.length - 1 ? '[address]' : found
}
