/** The second net under the doctor's words: secrets, references and mail addresses that this run knows are taken out. */
import { Secret } from '../../secret.ts'

export interface Redaction {
  /** Adds every secret that lies in the value, at any depth. */
  addSecrets(value: unknown): void
  /** Adds a text that must not be shown, such as a credentials reference. */
  add(text: string): void
  clean(text: string): string
}

const mailAddress = /[^\s<>"'“”()[\],;:]+@[^\s<>"'“”()[\],;:]+\.[^\s<>"'“”()[\],;:.]+/g
/** Shorter ones, and plain words such as "dropbox", would take away more than they hide. */
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
      const without = known.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text)
      return without.replace(mailAddress, '[address]')
    },
  }
}
