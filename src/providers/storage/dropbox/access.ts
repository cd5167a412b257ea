/** Access of one store to Dropbox: runs calls with a session, and renews it where Dropbox no longer accepts its token. */
import type { Secret } from '../../../base/secret.ts'
import { type CredentialSource, withCredentials } from '../../../ports/credentials.ts'
import { AccessTokenRejected, accessRejected } from './errors.ts'
import { createSessions, type Session, type SessionsOptions } from './sessions.ts'

/** Credentials that the orchestrator resolves for a Dropbox tenant. */
export interface DropboxCredentials {
  readonly refresh_token: Secret
}

export interface DropboxAccess {
  /**
   * Runs `call` with a session. An access token that is no longer accepted is renewed once, a refresh token that is no
   * longer accepted is resolved afresh once. Throws `credentials_rejected`, or what `call` throws.
   */
  use<T>(signal: AbortSignal, call: (session: Session) => Promise<T>): Promise<T>
}

export interface DropboxAccessOptions extends SessionsOptions {
  /** The tenant's refresh token. */
  credentials: CredentialSource<DropboxCredentials>
}

/** Makes the access of one store. Nothing is asked for before the first call. */
export function createDropboxAccess({ credentials, ...options }: DropboxAccessOptions): DropboxAccess {
  const sessions = createSessions(options)

  async function useOnce<T>(
    refreshToken: Secret,
    signal: AbortSignal,
    call: (session: Session) => Promise<T>,
  ): Promise<T> {
    const session = await sessions.get(refreshToken, signal)
    try {
      return await call(session)
    } catch (error) {
      if (!(error instanceof AccessTokenRejected)) throw error
      sessions.forget(session, error)
    }
    const renewed = await sessions.get(refreshToken, signal)
    try {
      return await call(renewed)
    } catch (error) {
      if (!(error instanceof AccessTokenRejected)) throw error
      sessions.forget(renewed, error)
      throw accessRejected(error)
    }
  }

  return {
    use: (signal, call) =>
      withCredentials(credentials, ({ refresh_token }) => useOnce(refresh_token, signal, call)),
  }
}
