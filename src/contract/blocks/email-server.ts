/** The `email_server` block: the mail server of a tenant that publishes by mail. */
import { below, block, credentialsRef, type Fault, flag, name, note, whole } from '../lenient.ts'

const emailServerFields = block({
  host: name(253),
  port: whole(587, 1, 65_535),
  use_tls: flag(true),
  from_email: name(320),
  username: name(320),
  password_ref: credentialsRef,
})

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
