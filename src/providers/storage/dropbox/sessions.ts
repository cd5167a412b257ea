/**
 * Sessions of one store: a shared access token for all calls, renewed in time. Concurrent calls share a grant, because the SDK would
 * request a grant for each call.
 */
import { Dropbox } from 'dropbox'
import { RetryableError } from '../../../base/retry.ts'
import type { Secret } from '../../../base/secret.ts'
import { unlessAborted } from '../../../base/time.ts'
import { type AccessTokenRejected, PathRootRejected } from './errors.ts'
import { type GrantOptions, grant, noToken } from './grant.ts'
import { findPathRoot, type PathRoot } from './path-root.ts'

/** Access token with the client and headers that use it. */
export interface Session {
  sdk: Dropbox
  token: Secret
  /** Returns the headers of calls that bypass the SDK: authorisation and path root. */
  headers(): Record<string, string>
  /** Removes the secrets of this session from a text for the log. */
  redact(text: string): string
}

export interface SessionsOptions extends GrantOptions {
  /** The store's root folder, which decides between the team space and the member's own folder. */
  folder: string
}

export interface Sessions {
  /** Returns the session of this refresh token; opens it on first use. Throws the errors of {@link grant}. */
  get(refreshToken: Secret, signal: AbortSignal): Promise<Session>
  /** Drops a session that Dropbox has refused; the next {@link get} opens another session. */
  forget(session: Session, error: AccessTokenRejected): void
}

/** Creates the sessions of one store. Sends nothing before the first call. */
export function createSessions(options: SessionsOptions): Sessions {
  let current: { refreshToken: Secret; session: Session; usableUntil: number } | undefined
  /** Path root, looked up once per refresh token. Outlives access tokens. */
  let known: { refreshToken: Secret; pathRoot: PathRoot } | undefined
  let flight: { refreshToken: Secret; session: Promise<Session> } | undefined

  function joinFlight(refreshToken: Secret, signal: AbortSignal) {
    if (flight && equal(flight.refreshToken, refreshToken)) return flight
    const session = open(refreshToken, signal)
    const mine = { refreshToken, session }
    const land = () => {
      if (flight === mine) flight = undefined
    }
    session.then(land, land)
    flight = mine
    return mine
  }

  async function open(refreshToken: Secret, signal: AbortSignal): Promise<Session> {
    const { token, usableUntil, redact } = await grant(options, refreshToken, signal)
    const accessToken = token.reveal()
    const { fetch, folder, now } = options
    const client = (pathRoot?: string) =>
      new Dropbox({ accessToken, fetch, ...(pathRoot !== undefined && { pathRoot }) })
    const pathRoot =
      known && equal(known.refreshToken, refreshToken)
        ? known.pathRoot
        : await findPathRoot({ open: client, folder, signal, redact, now })
    if (pathRoot.isSettled) known = { refreshToken, pathRoot }
    const { header } = pathRoot
    const session: Session = {
      sdk: client(header),
      token,
      headers: () => ({
        Authorization: `Bearer ${token.reveal()}`,
        ...(header !== undefined && { 'Dropbox-API-Path-Root': header }),
      }),
      redact,
    }
    current = { refreshToken, session, usableUntil }
    return session
  }

  return {
    async get(refreshToken, signal) {
      if (current && equal(current.refreshToken, refreshToken) && options.now() < current.usableUntil) {
        return current.session
      }
      const joined = joinFlight(refreshToken, signal)
      try {
        return await unlessAborted(joined.session, signal)
      } catch (error) {
        if (!signal.aborted) throw error
        // Later calls must not join a flight that hangs.
        if (flight === joined) flight = undefined
        throw new RetryableError(noToken, { cause: error })
      }
    },

    forget(session, error) {
      if (current?.session !== session) return
      current = undefined
      if (error instanceof PathRootRejected) known = undefined
    },
  }
}

function equal(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal()
}
