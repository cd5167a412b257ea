/** Second line of defence of the doctor's output: removes secrets and references that this run knows, and mail addresses. */
import { Secret } from '../../base/secret.ts'

export interface Redaction {
  /** Adds every secret in the value, at any depth. */
  addSecrets(value: unknown): void
  /** Adds a text that must not be shown, such as a credentials reference. */
  add(text: string): void
  clean(text: string): string
}

/** Run of characters that may hold a mail address. Each run is examined once. */
const word = /[^\s<>"'“”()[\],;:]+/g
/** Upper bound on the part of a text that is shown and searched for secrets, in characters. */
const maxShownLength = 4000
/** Matches secrets that are long and varied enough. Hiding plain words, such as a vendor's name, would hide too much. */
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
      // Longest first, since a secret may be a part of another secret.
      const known = [...hidden].sort((a, b) => b.length - a.length)
      const without = known.reduce(
        (clean, secret) => clean.replaceAll(secret, '[redacted]'),
        cutAtSpace(text, maxShownLength),
      )
      return without.replace(word, withoutAddress)
    },
  }
}

/** Returns the text, or its beginning up to the last white space before the limit, so that no secret is cut and shown in part. */
export function cutAtSpace(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const beginning = text.slice(0, maxLength)
  return `${beginning.slice(0, Math.max(beginning.lastIndexOf(' '), beginning.lastIndexOf('\n'), 0))}…`
}

/** Replaces a mail address: text before the `@`, and a dot inside the text after it. */
function withoutAddress(found: string): string {
  const sign = found.indexOf('@', 1)
  const dot = sign < 0 ? -1 : found.indexOf('.', sign + 2)
  return dot > 0 && dot < found.length - 1 ? '[address]' : found
}
