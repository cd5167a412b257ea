/** Access of one store to Dropbox: runs calls with a session, and renews a session whose token Dropbox no longer accepts. */
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
   * Runs `call` with a session. Renews an expired access token once, and resolves a refused refresh token again once. Throws
   * `credentials_rejected`, or the errors of `call`.
   */
  use<T>(signal: AbortSignal, call: (session: Session) => Promise<T>): Promise<T>
  /**
   * Like {@link use}, for a call that changes nothing and may run twice. Runs the call in the member's own folder while Dropbox still
   * reports the path root, and again if the path root is another.
   */
  useAtOnce<T>(signal: AbortSignal, call: (session: Session) => Promise<T>): Promise<T>
}

export interface DropboxAccessOptions extends SessionsOptions {
  /** The tenant's refresh token. */
  credentials: CredentialSource<DropboxCredentials>
}

/** Creates the access of one store. Sends nothing before the first call. */
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

  async function guessOnce<T>(
    refreshToken: Secret,
    signal: AbortSignal,
    call: (session: Session) => Promise<T>,
  ): Promise<T> {
    const guess = await sessions.guess(refreshToken, signal)
    if (!guess) return useOnce(refreshToken, signal, call)
    const [early, opened] = await Promise.allSettled([call(guess), sessions.get(refreshToken, signal)])
    if (opened.status === 'rejected') throw opened.reason
    if (opened.value.root !== guess.root) return useOnce(refreshToken, signal, call)
    if (early.status === 'fulfilled') return early.value
    if (early.reason instanceof AccessTokenRejected) return useOnce(refreshToken, signal, call)
    throw early.reason
  }

  return {
    useAtOnce: (signal, call) =>
      withCredentials(credentials, ({ refresh_token }) => guessOnce(refresh_token, signal, call)),
    use: (signal, call) =>
      withCredentials(credentials, ({ refresh_token }) => useOnce(refresh_token, signal, call)),
  }
}
