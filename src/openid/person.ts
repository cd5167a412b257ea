/** Person whom the identity provider knows. */
import type { Email } from '../contract/email.ts'

export interface Person {
  /** Address that the provider has verified. */
  email: Email
  /** The provider's id of the person (`sub`), which never changes. */
  subject: string
}
