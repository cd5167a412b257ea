/** Checks behind the audiences of route.ts: the caller's identity, and the page that sent the request. */
import type { Context } from 'hono'
import { PublisherError } from '../base/errors.ts'
import { equalInConstantTime } from '../contract/constant-time.ts'
import { signInOff } from '../openid/errors.ts'
import type { Services } from '../runtime/services.ts'
import { canSignIn, isAdmin } from '../runtime/sign-in/admins.ts'
import { type AppEnv, readHeader, runtimeOf } from './exchange.ts'
import { sessionOf } from './session.ts'

/** Admits every caller to a public gallery, and only admins to a private gallery. Throws like {@link requireAdmin}. */
export async function requireViewer(c: Context<AppEnv>, services: Services): Promise<void> {
  if (runtimeOf(c.env).config.features.auto_view_enabled) return
  await requireAdmin(c, services, 'This gallery is private. Sign in to see it.')
}

/** Admits admins of the tenant. Throws `sign_in_unavailable` if the gallery has no sign-in, `not_signed_in`, or `not_admin`. */
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

/** Maximum age in seconds of a sign-in for changes that cannot be undone. */
const recentSeconds = 24 * 3600

/**
 * Admits an admin who signed in at the provider within the last 24 hours, so that an old or stolen cookie is not enough. Call before a
 * change that cannot be undone, after the guard of an `admin` route. `/auth/login?fresh=true` renews the sign-in. Throws `not_signed_in`
 * or `sign_in_too_old`.
 */
export async function requireRecentSignIn(c: Context<AppEnv>, services: Services): Promise<void> {
  const session = await sessionOf(c, services)
  if (!session) throw new PublisherError('not_signed_in', 'Sign in as an admin of this gallery first.')
  if (services.now() / 1000 - session.provedAt <= recentSeconds) return
  throw new PublisherError(
    'sign_in_too_old',
    'Nothing was changed: this action needs a sign-in from the last 24 hours. Sign in again, then retry.',
  )
}

/** Checks if the caller is an admin of this gallery. */
export async function isAdminHere(c: Context<AppEnv>, services: Services): Promise<boolean> {
  const session = await sessionOf(c, services)
  return session !== null && isAdmin(session.email, runtimeOf(c.env).config, services.settings)
}

/** Throws `token_required` without a bearer token (RFC 6750, section 3.1), and `invalid_token` for an unknown token. */
export function requireServiceToken(c: Context<AppEnv>, { source }: Services): void {
  const token = bearerToken(c)
  if (token === undefined) throw new PublisherError('token_required', 'Send a service token.')
  if (!source.acceptsToken(token)) {
    throw new PublisherError('invalid_token', 'Unknown service token.')
  }
}

/** Throws `token_required`, the same for a missing and a wrong token. */
export function requireMetricsToken(c: Context<AppEnv>, { settings }: Services): void {
  const token = bearerToken(c)
  const expected = settings.metricsToken?.reveal()
  if (token === undefined || expected === undefined || !equalInConstantTime(expected, token)) {
    throw new PublisherError('token_required', 'Send the metrics token (METRICS_TOKEN).')
  }
}

function bearerToken(c: Context<AppEnv>): string | undefined {
  const authorization = readHeader(c.req.raw, c.env.connection, 'authorization')
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
}

/**
 * Returns the origin of a request as the browser reports it: a page of this host (`own`), any other page (`foreign`), or `unknown`. Pages
 * of sibling hosts are `foreign`; `SameSite` cookies do not keep those pages out.
 *
 * `Sec-Fetch-Site` decides if present (Fetch Metadata, section 2.3; scripts cannot set it). `Origin` is only the fallback: browsers send
 * `null` in `Origin` for some requests of our own pages, depending on the referrer policy.
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
    'Nothing was changed: this request did not come from a page of this site. Open the site and try again.',
  )
}
