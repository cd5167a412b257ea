/** Detects likely secrets in a configuration, which must not contain any. */

/** Names of fields that only credentials have. `credentials_ref` and `password_ref` are not secrets. */
const secretNames =
  /^(?:refresh_token|access_token|bot_token|api_key|apikey|app_password|password|passwd|secret|client_secret|app_secret|secret_access_key|access_key_id|private_key|service_account|dpop_key|authorization)$/i

/** Formats of secrets, as vendors document or use them. */
const secretForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bsk-[A-Za-z0-9_-]{20,}/, // OpenAI
  /\b\d{6,12}:[A-Za-z0-9_-]{30,}/, // a Telegram bot
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, // AWS
  /\bya29\.[A-Za-z0-9_-]{20,}/, // Google
  /\b(?:EAA|IGA?A)[A-Za-z0-9]{30,}/, // Meta
  /\b[a-z]+:\/\/[^\s/:@]+:[^\s/@]+@/i, // an address with a password
]

/**
 * Detects a JSON Web Token: three parts separated by dots, the first of them JSON in base64url. Reads each part once, so the time is
 * linear.
 */
function holdsToken(text: string): boolean {
  const parts = text.split('.')
  const isLong = (part = '') => /^[A-Za-z0-9_-]{10}/.test(part)
  return parts.some(
    (part, index) =>
      /\beyJ[A-Za-z0-9_-]{10}/.test(part) && isLong(parts[index + 1]) && isLong(parts[index + 2]),
  )
}

/** Returns the paths of likely secrets, for example `config.storage.api_key`. */
export function secretsIn(value: unknown, place = ''): string[] {
  if (typeof value === 'string') {
    return holdsToken(value) || secretForms.some((form) => form.test(value)) ? [place] : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = place === '' ? name : `${place}.${name}`
    return secretNames.test(name) && member !== null && member !== '' ? [inner] : secretsIn(member, inner)
  })
}
