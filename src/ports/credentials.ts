/** How a provider gets the tenant's credentials: late, and afresh once when the vendor rejects them. */
import { isPublisherError } from '../base/errors.ts'
import type { Credentials, CredentialsOf } from '../contract/credentials.ts'

/** Name of a kind of credentials, as the control plane gives it. */
export type CredentialKind = Credentials['provider']

/** True when the credentials are of one of these kinds. */
export function isOfKind<K extends CredentialKind>(
  credentials: Credentials,
  kinds: readonly K[],
): credentials is CredentialsOf<K> {
  return kinds.some((kind) => kind === credentials.provider)
}

/** One tenant's credentials for one purpose. Kept in process memory only. */
export interface CredentialSource<T> {
  /** The credentials, resolved when first needed. Throws `credentials_unavailable` or `insufficient_balance`. */
  get(): Promise<T>
  /**
   * Forgets `rejected`, so that the next {@link get} resolves anew. Does nothing when it was replaced already, or resolved a moment
   * ago in place of another one that was rejected.
   */
  reject(rejected: T): void
}

/**
 * Runs `use` with the credentials. When it throws `credentials_rejected`, they are resolved afresh once and `use` runs
 * again; a second rejection is thrown to the caller, as is the first where there are no others to try.
 */
export async function withCredentials<T, R>(
  source: CredentialSource<T>,
  use: (credentials: T) => Promise<R>,
): Promise<R> {
  const credentials = await source.get()
  try {
    return await use(credentials)
  } catch (error) {
    if (!isPublisherError(error, 'credentials_rejected')) throw error
    source.reject(credentials)
    const fresh = await source.get()
    if (fresh === credentials) throw error
    return use(fresh)
  }
}
