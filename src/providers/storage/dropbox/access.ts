/**
 * The access token: granted for the tenant's refresh token, shared by all calls of one store, renewed in time. The grant
 * is our own, because the SDK puts refresh token and app secret into the URL and makes one grant for each waiting call.
 */
import { Dropbox } from 'dropbox'
import { z } from 'zod'
import { textAtMost } from '../../../base/bounded-body.ts'
import { PublisherError } from '../../../base/errors.ts'
import { RetryableError, retryAfterMs } from '../../../base/retry.ts'
import { Secret } from '../../../base/secret.ts'
import { unlessAborted } from '../../../base/time.ts'
import { type CredentialSource, withCredentials } from '../../../ports/credentials.ts'
import { jsonOrText, tokenSchema } from './answers.ts'
import { AccessTokenRejected, failureText, PathRootRejected } from './errors.ts'
import { type DropboxFetch, tokenUrl } from './hosts.ts'
import { findPathRoot, type PathRoot } from './path-root.ts'

/** What the orchestrator resolves for a Dropbox tenant. */
export interface DropboxCredentials {
  readonly refresh_token: Secret
}

/** The fleet's Dropbox app. */
export interface DropboxApp {
  /** The app key, which is the OAuth client id. */
  key: string
  /** The app secret. */
  secret: Secret
}

/** One access token and what goes with it. */
export interface Session {
  sdk: Dropbox
  token: Secret
  /** Headers of calls that do not go through the SDK: who calls, and what paths are relative to. */
  headers(): Record<string, string>
  /** Removes this session's secrets from a text that is going to be logged. */
  redact(text: string): string
}

export interface DropboxAccess {
  /**
   * Runs `call` with a session. An access token that is no longer accepted is renewed once, a refresh token that is no
   * longer accepted is resolved afresh once. Throws `credentials_rejected`, or what `call` throws.
   */
  use<T>(signal: AbortSignal, call: (session: Session) => Promise<T>): Promise<T>
}

export interface DropboxAccessOptions {
  /** The tenant's refresh token. */
  credentials: CredentialSource<DropboxCredentials>
  /** The fleet's app. */
  app: DropboxApp
  /** Sends requests to Dropbox. */
  fetch: DropboxFetch
  /** The time in milliseconds. */
  now: () => number
  /** The store's root folder, by which a team's space is told from the member's own folder. */
  folder: string
}

/** A token and what goes with it. Bytes. */
const maxTokenBytes = 64 * 1024

const rejected =
  'Dropbox no longer accepts the access that was granted to this service. Connect the Dropbox account again.'
const appRefused = "Dropbox does not accept this service's own app key. The operator has to correct it."
const unreachable = 'Dropbox granted no access token.'

/** Renew this long before the expiry, so that a call does not lose its token on the way. */
const renewBeforeMs = 5 * 60_000

/** Keeps the access token of one store. Nothing is asked for before the first call. */
export function createDropboxAccess(options: DropboxAccessOptions): DropboxAccess {
  let current: { refreshToken: Secret; session: Session; usableUntil: number } | undefined
  /** Outlives access tokens: asked for once per refresh token. */
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

  function forget(session: Session, error: AccessTokenRejected): void {
    if (current?.session !== session) return
    current = undefined
    if (error instanceof PathRootRejected) known = undefined
  }

  async function sessionFor({ refresh_token }: DropboxCredentials, signal: AbortSignal): Promise<Session> {
    if (current && equal(current.refreshToken, refresh_token) && options.now() < current.usableUntil) {
      return current.session
    }
    const joined = joinFlight(refresh_token, signal)
    try {
      return await unlessAborted(joined.session, signal)
    } catch (error) {
      if (!signal.aborted) throw error
      // A flight that hangs must not be joined again.
      if (flight === joined) flight = undefined
      throw new RetryableError(unreachable, { cause: error })
    }
  }

  async function useOnce<T>(
    credentials: DropboxCredentials,
    signal: AbortSignal,
    call: (session: Session) => Promise<T>,
  ): Promise<T> {
    const session = await sessionFor(credentials, signal)
    try {
      return await call(session)
    } catch (error) {
      if (!(error instanceof AccessTokenRejected)) throw error
      forget(session, error)
    }
    const renewed = await sessionFor(credentials, signal)
    try {
      return await call(renewed)
    } catch (error) {
      if (!(error instanceof AccessTokenRejected)) throw error
      forget(renewed, error)
      throw new PublisherError('credentials_rejected', rejected, { cause: error })
    }
  }

  return {
    use: (signal, call) =>
      withCredentials(options.credentials, (credentials) => useOnce(credentials, signal, call)),
  }
}

/** One refresh-token grant (RFC 6749, section 6). Everything secret travels in the body. */
async function grant(
  { app, fetch, now }: DropboxAccessOptions,
  refreshToken: Secret,
  signal: AbortSignal,
): Promise<{ token: Secret; usableUntil: number; redact: (text: string) => string }> {
  const askedAt = now()
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken.reveal(),
    client_id: app.key,
    client_secret: app.secret.reveal(),
  })
  const redact = redactor([refreshToken, app.secret])
  const { status, headers, text } = await post(fetch, body, signal, redact)
  if (status !== 200) throw grantFailure(status, retryAfterMs(headers, now()), jsonOrText(text), redact)
  const granted = tokenSchema.safeParse(jsonOrText(text))
  if (!granted.success) throw new RetryableError(unreachable, { cause: new Error('the answer has no token') })
  const lifetimeMs = granted.data.expires_in * 1000
  const token = new Secret(granted.data.access_token)
  return {
    token,
    redact: redactor([token, refreshToken, app.secret]),
    usableUntil: askedAt + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 10),
  }
}

async function post(
  fetch: DropboxFetch,
  body: URLSearchParams,
  signal: AbortSignal,
  redact: (text: string) => string,
): Promise<{ status: number; headers: Headers; text: string }> {
  try {
    const response = await fetch(tokenUrl, { method: 'POST', body, signal })
    return {
      status: response.status,
      headers: response.headers,
      text: await textAtMost(response, maxTokenBytes),
    }
  } catch (error) {
    throw new RetryableError(unreachable, { cause: new Error(redact(failureText(error))) })
  }
}

const oauthErrorSchema = z.object({ error: z.string() })

/** The error codes of RFC 6749, section 5.2. `invalid_grant` is the tenant's, the rest is about our app. */
function grantFailure(
  status: number,
  waitMs: number | undefined,
  answer: unknown,
  redact: (text: string) => string,
): Error {
  const code = oauthErrorSchema.safeParse(answer).data?.error
  const cause = new Error(
    `the token request was answered ${status}: ${redact(code ?? 'no error code').slice(0, 100)}`,
  )
  if (code === 'invalid_grant') return new PublisherError('credentials_rejected', rejected, { cause })
  if (code && (status === 400 || status === 401)) {
    return new PublisherError('storage_unavailable', appRefused, { cause })
  }
  return new RetryableError(unreachable, { cause, retryAfterMs: waitMs, isOutage: status !== 429 })
}

function redactor(secrets: Secret[]): (text: string) => string {
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret.reveal(), '[redacted]'), text)
}

function equal(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal()
}
