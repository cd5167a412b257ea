/** Who may do what, and from where: the checks behind the audiences of route.ts. */
import type { Context } from 'hono'
import { PublisherError } from '../base/errors.ts'
import { equalInConstantTime } from '../contract/constant-time.ts'
import type { Services } from '../runtime/services.ts'
import { canSignIn, isAdmin } from '../runtime/sign-in/admins.ts'
import { signInOff } from '../runtime/sign-in/errors.ts'
import { type AppEnv, readHeader, runtimeOf } from './exchange.ts'
import { sessionOf } from './session.ts'

/** Lets anyone see a public gallery, and its admins alone a private one. Throws like {@link requireAdmin}. */
export async function requireViewer(c: Context<AppEnv>, services: Services): Promise<void> {
  if (runtimeOf(c.env).config.features.auto_view_enabled) return
  await requireAdmin(c, services, 'This gallery is private. Sign in to see it.')
}

/** Throws `sign_in_unavailable` where nobody can sign in, `not_signed_in`, or `not_admin` for everybody else's admins. */
export async function requireAdmin(
  c: Context<AppEnv>,
  services: Services,
  invitation = 'Sign in as an admin of this gallery first.',
): Promise<void> {
  const { config } = runtimeOf(c.env)
  if (!canSignIn(config, services.settings)) throw signInOff()
  const session = await sessionOf(c, services)
  if (!session) throw new PublisherError('not_signed_in', invitation)
  if (!isAdmin(session.email, config, services.settings)) {
    throw new PublisherError('not_admin', 'You are signed in, but you are not an admin of this gallery.')
  }
}

/** Oldest proof of who the person is that counts for what cannot be undone. Seconds. */
const recentSeconds = 24 * 3600

/**
 * Lets an admin do what cannot be undone: within a day of a sign-in at the provider, so that an old or stolen cookie is not enough. Call
 * it behind the guard of an `admin` route, before anything changes. `/auth/login?fresh=true` helps. Throws `not_signed_in` or
 * `sign_in_too_old`.
 */
export async function requireRecentSignIn(c: Context<AppEnv>, services: Services): Promise<void> {
  const session = await sessionOf(c, services)
  if (!session) throw new PublisherError('not_signed_in', 'Sign in as an admin of this gallery first.')
  if (services.now() / 1000 - session.provedAt <= recentSeconds) return
  throw new PublisherError(
    'sign_in_too_old',
    'This needs a sign-in from the last 24 hours. Nothing was changed. Sign in again, then repeat it.',
  )
}

/** Tells admins of this gallery from visitors. */
export async function isAdminHere(c: Context<AppEnv>, services: Services): Promise<boolean> {
  const session = await sessionOf(c, services)
  return session !== null && isAdmin(session.email, runtimeOf(c.env).config, services.settings)
}

/** Throws `token_required` without a bearer token (RFC 6750, section 3.1), `invalid_token` for one that is not ours. */
export function requireServiceToken(c: Context<AppEnv>, { source }: Services): void {
  const token = bearerToken(c)
  if (token === undefined) throw new PublisherError('token_required', 'This needs a service token.')
  if (!source.acceptsToken(token)) {
    throw new PublisherError('invalid_token', 'This needs a valid service token.')
  }
}

/** Throws `token_required`, the same whether the token is missing or wrong. */
export function requireMetricsToken(c: Context<AppEnv>, { settings }: Services): void {
  const token = bearerToken(c)
  const expected = settings.metricsToken?.reveal()
  if (token === undefined || expected === undefined || !equalInConstantTime(expected, token)) {
    throw new PublisherError('token_required', 'This needs the operator’s token (METRICS_TOKEN).')
  }
}

function bearerToken(c: Context<AppEnv>): string | undefined {
  const authorization = readHeader(c.req.raw, c.env.connection, 'authorization')
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
}

/**
 * Where a browser says that a request comes from. `own`: a page of this very host; `foreign`: anything else, a sibling host of the
 * same site included, whose pages `SameSite` cookies do not keep out; `unknown`: it says nothing.
 *
 * `Sec-Fetch-Site` decides where it is there (Fetch Metadata, section 2.3; scripts cannot set it). `Origin` is compared only in its
 * absence: browsers send `null` in it for some requests of our own pages, depending on the referrer policy.
 */
export function pageOf(c: Context<AppEnv>): 'own' | 'foreign' | 'unknown' {
  const { connection, origin: ownOrigin } = c.env
  const site = readHeader(c.req.raw, connection, 'sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' ? 'own' : 'foreign'
  const origin = readHeader(c.req.raw, connection, 'origin')
  if (origin === undefined) return 'unknown'
  return origin === ownOrigin ? 'own' : 'foreign'
}

export function crossOrigin(): PublisherError {
  return new PublisherError(
    'cross_origin',
    'Nothing was done: this request did not come from a page of this site. Open the site itself and try again there.',
  )
}
