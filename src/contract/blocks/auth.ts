/** The `auth` block: the tenant's admins. An unusable value denies every sign-in. */
import { z } from 'zod'
import { apiKeysField } from '../api-keys.ts'
import { block, documented, type Fault, type Field, flag, isRecord, list, note } from '../lenient.ts'

const maxAllowedEmails = 10_000

const emails = list(z.string().max(320), maxAllowedEmails)

/** Denies every sign-in if the list is unusable or blank text. The fleet's own list applies only if the field is absent. */
const allowedEmailsField: Field<string[] | undefined> = {
  ...emails,
  read(value, path, faults) {
    if (value === undefined || value === null) return undefined
    if (Array.isArray(value)) return emails.read(value, path, faults)
    note(faults, path, 'is not a list', 'sign-in is denied')
    return []
  },
}

const authFields = documented(
  block(
    {
      enabled: documented(flag(true), {
        description: 'Allows sign-in on this host.',
        example: true,
      }),
      allowed_emails: documented(allowedEmailsField, {
        description: 'Admins of the tenant. An empty or unusable list denies everyone.',
        example: ['alice@example.org'],
        whenAbsent: '`ADMIN_LOGIN_EMAILS`',
      }),
      api_keys: documented(apiKeysField, {
        description: 'API keys of programs: the SHA-256 of each key, and what the key may do.',
        example: [{ id: 'key_1', sha256: 'a'.repeat(64), scopes: ['read', 'upload'] }],
      }),
    },
    ['provider', 'domain', 'client_id', 'audience'],
  ),
  { description: 'Admins of the tenant. An unusable block denies everyone.' },
)

/** Denies every sign-in if the block has another type, including blank text. */
export const authField = {
  ...authFields,
  read(value: unknown, path: string, faults: Fault[]) {
    if (value === undefined || value === null) return undefined
    if (isRecord(value)) return authFields.read(value, path, faults)
    note(faults, path, 'is not a block of fields', 'sign-in is denied')
    return { enabled: true, allowed_emails: [], api_keys: [] }
  },
}
