/** The `email_server` block: the mail server of a tenant that publishes by mail. */
import { below, block, credentialsRef, documented, type Fault, flag, name, note, whole } from '../lenient.ts'

const emailServerFields = documented(
  block({
    host: documented(name(253), {
      description: 'Host of the mail server. Publishing by mail needs it.',
      example: 'smtp.example.org',
    }),
    port: documented(whole(587, 1, 65_535), {
      description: 'Port of the mail server. 465 speaks TLS from the start, other ports use STARTTLS.',
      example: 587,
    }),
    use_tls: documented(flag(true), {
      description: 'Encrypts the connection. False is refused unless `ALLOW_PRIVATE_ENDPOINTS` is set.',
      example: true,
    }),
    from_email: documented(name(320), {
      description: 'Sender of the mails. Publishing by mail needs it.',
      example: 'alice@example.org',
    }),
    username: documented(name(320), {
      description: 'User at the mail server.',
      example: 'alice@example.org',
      whenAbsent: '`from_email`',
    }),
    password_ref: documented(credentialsRef, {
      description: 'Reference to credentials of the provider `smtp`. Publishing by mail needs it.',
      example: 'alice-mail',
    }),
  }),
  { description: "The tenant's mail server. Publishing by mail (FetLife) needs it." },
)

/** Treats an incomplete server as absent, so that the gallery still works. Reports a fault if only some of the required fields are set. */
export const emailServerField = {
  ...emailServerFields,
  read(value: unknown, path: string, faults: Fault[]) {
    const { host, from_email, password_ref, ...rest } = emailServerFields.read(value, path, faults)
    if (host === undefined || from_email === undefined || password_ref === undefined) {
      const needed = { host, from_email, password_ref }
      const missing = Object.entries(needed).flatMap(([key, it]) => (it === undefined ? [key] : []))
      if (missing.length < 3)
        for (const key of missing) note(faults, below(path, key), 'is missing', 'publishing by mail is off')
      return undefined
    }
    return { ...rest, host, from_email, password_ref, username: rest.username ?? from_email }
  },
}
