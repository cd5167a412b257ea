/** Credentials of a tenant for a provider: resolved on first use, and once more if the vendor rejects them. */
import { isPublisherError } from '../base/errors.ts'
import type { Credentials, CredentialsOf } from '../contract/credentials.ts'

/** Name of a kind of credentials, as the control plane uses it. */
export type CredentialKind = Credentials['provider']

/** Checks if the credentials are of one of these kinds. */
export function isOfKind<K extends CredentialKind>(
  credentials: Credentials,
  kinds: readonly K[],
): credentials is CredentialsOf<K> {
  return kinds.some((kind) => kind === credentials.provider)
}

/** A tenant's credentials for a purpose. They stay in process memory. */
export interface CredentialSource<T> {
  /** Returns the credentials and resolves them on first use. Throws `credentials_unavailable` or `insufficient_balance`. */
  get(): Promise<T>
  /**
   * Drops `rejected`, so that the next {@link get} resolves again. Does nothing if other credentials have replaced `rejected`, or
   * if `rejected` itself has just replaced rejected credentials.
   */
  reject(rejected: T): void
}

/**
 * Runs `use` with the credentials. If `use` throws `credentials_rejected`, resolves the credentials again and runs `use` once
 * more. Throws the first rejection if the credentials are still the same, and otherwise the second.
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
