/**
 * Sessions of one store: a shared access token for all calls, renewed in time. Concurrent calls share a grant, because the SDK would
 * request a grant for each call.
 */
import { Dropbox } from 'dropbox'
import { RetryableError } from '../../../base/retry.ts'
import type { Secret } from '../../../base/secret.ts'
import { unlessAborted } from '../../../base/time.ts'
import { type AccessTokenRejected, PathRootRejected } from './errors.ts'
import { type Grant, type GrantOptions, grant, noToken } from './grant.ts'
import type { DropboxFetch } from './hosts.ts'
import { findPathRoot, type PathRoot } from './path-root.ts'

/** Access token with the client and headers that use it. */
export interface Session {
  sdk: Dropbox
  token: Secret
  /** Value of `Dropbox-API-Path-Root`; `undefined` in the member's own folder. */
  root: string | undefined
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
  /**
   * Returns a session in the member's own folder while Dropbox still reports the path root. A caller must not use its results unless
   * {@link get} returns the same root. Returns `null` once the path root is known. Throws the errors of {@link grant}.
   */
  guess(refreshToken: Secret, signal: AbortSignal): Promise<Session | null>
  /** Drops a session that Dropbox has refused; the next {@link get} opens another session. */
  forget(session: Session, error: AccessTokenRejected): void
}

/** Opening of a session: first the token, then the path root. */
interface Flight {
  refreshToken: Secret
  granted: Promise<Grant>
  session: Promise<Session>
}

/** Creates the sessions of one store. Sends nothing before the first call. */
export function createSessions(options: SessionsOptions): Sessions {
  let current: { refreshToken: Secret; session: Session; usableUntil: number } | undefined
  /** Path root, looked up once per refresh token. Outlives access tokens. */
  let known: { refreshToken: Secret; pathRoot: PathRoot } | undefined
  let flight: Flight | undefined

  const rootOf = (refreshToken: Secret) =>
    known && equal(known.refreshToken, refreshToken) ? known.pathRoot : undefined

  const currentOf = (refreshToken: Secret) =>
    current && equal(current.refreshToken, refreshToken) && options.now() < current.usableUntil
      ? current.session
      : undefined

  function joinFlight(refreshToken: Secret, signal: AbortSignal): Flight {
    if (flight && equal(flight.refreshToken, refreshToken)) return flight
    const granted = grant(options, refreshToken, signal)
    const session = granted.then((given) => open(given, refreshToken, signal))
    const mine = { refreshToken, granted, session }
    const land = () => {
      if (flight === mine) flight = undefined
    }
    session.then(land, land)
    flight = mine
    return mine
  }

  async function open(granted: Grant, refreshToken: Secret, signal: AbortSignal): Promise<Session> {
    const { fetch, folder, now } = options
    const { redact, usableUntil } = granted
    const client = (root?: string) => sessionOf(granted, fetch, root).sdk
    const pathRoot =
      rootOf(refreshToken) ?? (await findPathRoot({ open: client, folder, signal, redact, now }))
    if (pathRoot.isSettled) known = { refreshToken, pathRoot }
    const session = sessionOf(granted, fetch, pathRoot.header)
    current = { refreshToken, session, usableUntil }
    return session
  }

  /** Waits for a part of the flight. A caller that gives up ends the flight for later calls, because it may hang. */
  async function patiently<T>(joined: Flight, part: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await unlessAborted(part, signal)
    } catch (error) {
      if (!signal.aborted) throw error
      if (flight === joined) flight = undefined
      throw new RetryableError(noToken, { cause: error })
    }
  }

  return {
    async get(refreshToken, signal) {
      const usable = currentOf(refreshToken)
      if (usable) return usable
      const joined = joinFlight(refreshToken, signal)
      return patiently(joined, joined.session, signal)
    },

    async guess(refreshToken, signal) {
      if (currentOf(refreshToken) || rootOf(refreshToken)) return null
      const joined = joinFlight(refreshToken, signal)
      return sessionOf(await patiently(joined, joined.granted, signal), options.fetch, undefined)
    },

    forget(session, error) {
      if (current?.session !== session) return
      current = undefined
      if (error instanceof PathRootRejected) known = undefined
    },
  }
}

function sessionOf({ token, redact }: Grant, fetch: DropboxFetch, root: string | undefined): Session {
  const accessToken = token.reveal()
  return {
    sdk: new Dropbox({ accessToken, fetch, ...(root !== undefined && { pathRoot: root }) }),
    token,
    root,
    headers: () => ({
      Authorization: `Bearer ${token.reveal()}`,
      ...(root !== undefined && { 'Dropbox-API-Path-Root': root }),
    }),
    redact,
  }
}

function equal(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal()
}
