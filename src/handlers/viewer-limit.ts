/** Rate limit on requests for photos, which scrapers reach and visitors do not. */
import type { Context } from 'hono'
import { type Allowance, ViewerLimitReached } from '../runtime/limits/request-limits.ts'
import type { Services } from '../runtime/services.ts'
import { isAdmin } from '../runtime/sign-in/admins.ts'
import { type AppEnv, runtimeOf } from './exchange.ts'
import { peekSession } from './session.ts'

/** Counts a request to a viewer route, unless an admin of the tenant sends it. Throws `rate_limited`. */
export async function countViewer(c: Context<AppEnv>, services: Services): Promise<void> {
  if (services.settings.viewerRequests === 0) return
  const { config, tenant } = runtimeOf(c.env)
  const session = await peekSession(c, services)
  if (session && isAdmin(session.email, config, services.settings)) return
  try {
    const allowance = services.limits.viewer(c.env.connection.client(), tenant)
    if (allowance) c.env.allowance = allowance
  } catch (error) {
    if (error instanceof ViewerLimitReached) c.env.allowance = error.allowance
    throw error
  }
}

/**
 * Returns the `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers-10, sections 4 and 5), names and values in turn. They mean `q`
 * requests in `w` seconds, `r` of them left, full again in `t` seconds.
 */
export function rateLimitHeaders({ limit, windowSeconds, remaining, resetSeconds }: Allowance): string[] {
  return [
    'ratelimit-policy',
    `"viewer";q=${limit};w=${windowSeconds}`,
    'ratelimit',
    `"viewer";r=${remaining};t=${resetSeconds}`,
  ]
}
