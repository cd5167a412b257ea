/** A route says who may call it; nobody can forget, because there is no other way to make one. */
import { createRoute, type RouteConfig } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { PublisherError } from '../errors.ts'
import type { Services } from '../runtime/services.ts'
import type { TenantRuntime } from '../runtime/tenant-runtime.ts'
import { type AppEnv, runtimeOf } from './exchange.ts'
import { problemSchema } from './schemas.ts'

/**
 * Who may call a route: anyone; a viewer (anyone where `auto_view_enabled`, otherwise an admin); a holder of a service
 * token, before anything of the request is looked at.
 */
export type Audience = 'anyone' | 'viewer' | 'service'

type Described = Omit<RouteConfig, 'middleware' | 'responses'> & { responses: RouteConfig['responses'] }

/** Makes a route for this audience. The description of problem documents is added. */
export function routeFor<const R extends Described>(audience: Audience, services: Services, config: R) {
  return createRoute({
    ...config,
    'x-audience': audience,
    middleware: guard(audience, services),
    responses: { ...config.responses, default: problemResponses },
  })
}

/** A JSON answer in a route's description. */
export function json<const S>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

const problemResponses = {
  description: 'A problem document (RFC 9457)',
  content: { 'application/problem+json': { schema: problemSchema } },
}

function guard(audience: Audience, services: Services) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (audience === 'viewer') requireViewer(runtimeOf(c.env), services)
    if (audience === 'service') requireServiceToken(c.req.header('authorization'), services)
    await next()
  })
}

/** Throws `not_signed_in`, or `sign_in_unavailable` where nobody can sign in. */
function requireViewer({ config }: TenantRuntime, { settings }: Services): void {
  if (config.features.auto_view_enabled) return
  if (settings.authMode === 'none' || config.auth?.enabled === false) {
    throw new PublisherError(
      'sign_in_unavailable',
      'This gallery is private, and signing in is not set up here.',
    )
  }
  throw new PublisherError('not_signed_in', 'This gallery is private. Sign in to see it.')
}

/** Throws `invalid_token`. */
function requireServiceToken(authorization: string | undefined, { source }: Services): void {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined || !source.acceptsToken(token)) {
    throw new PublisherError('invalid_token', 'This needs a valid service token.')
  }
}
