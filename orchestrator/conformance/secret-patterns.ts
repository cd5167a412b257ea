/** What looks like a secret in a configuration that should hold none. */

/** Names of fields that only credentials have. `credentials_ref` and `password_ref` are no secrets. */
const secretNames =
  /^(?:refresh_token|access_token|bot_token|api_key|apikey|app_password|password|passwd|secret|client_secret|app_secret|secret_access_key|access_key_id|private_key|service_account|authorization)$/i

/** Secrets that show by their own form, as their makers document it or as they are always seen. */
const secretForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bsk-[A-Za-z0-9_-]{20,}/, // OpenAI
  /\b\d{6,12}:[A-Za-z0-9_-]{30,}/, // a Telegram bot
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, // AWS
  /\bya29\.[A-Za-z0-9_-]{20,}/, // Google
  /\b(?:EAA|IGA?A)[A-Za-z0-9]{30,}/, // Meta
  /\b[a-z]+:\/\/[^\s/:@]+:[^\s/@]+@/i, // an address with a password
]

/** A JSON Web Token: three parts between dots, of which the first is JSON in base64url. Each part is looked at once. */
function holdsToken(text: string): boolean {
  const parts = text.split('.')
  const isLong = (part = '') => /^[A-Za-z0-9_-]{10}/.test(part)
  return parts.some(
    (part, index) =>
      /\beyJ[A-Za-z0-9_-]{10}/.test(part) && isLong(parts[index + 1]) && isLong(parts[index + 2]),
  )
}

/** The places (as `config.storage.api_key`) that hold something like a secret. */
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
