/** The `auth` block: who is an admin of the tenant. A value that cannot be used denies everyone. */
import { z } from 'zod'
import { block, documented, type Fault, type Field, flag, isRecord, list, note } from '../lenient.ts'

const maxAllowedEmails = 10_000

const emails = list(z.string().max(320), maxAllowedEmails)

/** An unusable list denies everyone, blank text too: the fleet's own list counts only where there is none. */
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
    },
    ['provider', 'domain', 'client_id', 'audience'],
  ),
  { description: 'Admins of the tenant. An unusable block denies everyone.' },
)

/** A block of another type (blank text too) denies everyone, as an unusable list does. */
export const authField = {
  ...authFields,
  read(value: unknown, path: string, faults: Fault[]) {
    if (value === undefined || value === null) return undefined
    if (isRecord(value)) return authFields.read(value, path, faults)
    note(faults, path, 'is not a block of fields', 'sign-in is denied')
    return { enabled: true, allowed_emails: [] }
  },
}
