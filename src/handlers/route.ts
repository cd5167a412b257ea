/** A route says who may call it. What makes one asks for it, and test/handlers/routes.test.ts finds whoever goes around this file. */
import { createRoute, type OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { ErrorCode } from '../base/error-codes.ts'
import { isPublisherError } from '../base/errors.ts'
import type { Services } from '../runtime/services.ts'
import { audit } from './audit.ts'
import { type AppEnv, runtimeOf } from './exchange.ts'
import { type Audience, expectedErrors } from './expected-errors.ts'
import {
  crossOrigin,
  pageOf,
  requireAdmin,
  requireMetricsToken,
  requireServiceToken,
  requireViewer,
} from './guards.ts'
import { boundedBody, optionalBody } from './json-body.ts'
import { toPublisherError } from './problem.ts'
import { type Responses, responsesOf, securityOf } from './route-description.ts'
import { sessionOf, settleSession } from './session.ts'
import type { Tag } from './tags.ts'
import { countViewer } from './viewer-limit.ts'

interface Described extends Omit<RouteConfig, 'middleware' | 'responses'> {
  /** Name of the operation in clients' code: camelCase, unique. */
  operationId: string
  summary: string
  tags: Tag[]
  /** Answers of the route's own. Problem documents are added. */
  responses: Responses
  /** Codes of the route's own work; those of its audience, address and input are added (expected-errors.ts). */
  errors?: readonly ErrorCode[]
}

/**
 * Makes a route for this audience, which is checked before anything of the request is parsed. A route that changes something (any
 * method but GET, HEAD and OPTIONS) also takes requests from pages of its own host only; a service, which has no page, proves itself
 * by its token instead. The description gets what follows from the audience: security, problem documents, headers.
 */
export function routeFor<const R extends Described>(audience: Audience, services: Services, config: R) {
  return createRoute({
    ...withDescription(audience, services, config),
    middleware: [guardFor(audience, services), ...bodyRules(config)],
  })
}

/** Describes a route whose handler is registered by hand, with a guard of its own. */
export function describeRoute(app: OpenAPIHono<AppEnv>, { middleware, ...route }: RouteConfig): void {
  app.openAPIRegistry.registerPath(route)
}

/** Completes the description. Hono's types keep to the route's own answers, since its handler throws all others. */
function withDescription<R extends Described>(audience: Audience, { settings }: Services, config: R): R {
  const { method, path, request, errors = [], responses } = config
  const route = { audience, method, path, forceHttps: settings.forceHttps }
  const codes = expectedErrors({
    ...route,
    isChange: isUnsafe(method.toUpperCase()),
    hasInput: request !== undefined,
    hasBody: request?.body !== undefined,
    errors,
  })
  return {
    ...config,
    // No part of an OpenAPI document.
    errors: undefined,
    'x-audience': audience,
    security: config.security ?? securityOf[audience],
    responses: responsesOf({ ...route, responses, errors: codes }),
  }
}

/** Rules for JSON. Behind the guard: strangers are not listened to. */
function bodyRules({ request }: Described): MiddlewareHandler<AppEnv>[] {
  if (!request?.body?.content['application/json']) return []
  return request.body.required ? [boundedBody] : [boundedBody, optionalBody]
}

/** A JSON answer in a route's description. */
export function json<const S>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

const audiences = new WeakMap<object, Audience>()

/** The audience that a guard was made for; `undefined` for any other handler. */
export function audienceOf(handler: object): Audience | undefined {
  return audiences.get(handler)
}

/** The guard alone, for what is no part of the described API: `app.get(path, guardFor('anyone', services), handler)`. */
export function guardFor(audience: Audience, services: Services): MiddlewareHandler<AppEnv> {
  // One guard guards one route.
  let pattern: string | undefined
  const guard = createMiddleware<AppEnv>(async (c, next) => {
    pattern ??= routePath(c)
    c.env.route = pattern
    try {
      await admit(c, audience, services)
    } catch (error) {
      await auditRefusal(c, error, services)
      throw error
    }
    await next()
    if (audience === 'admin' && isChange(c)) auditChange(c, services)
    await settleSession(c, services)
  })
  audiences.set(guard, audience)
  return guard
}

/**
 * A page that is known to be foreign is refused first. Who says nothing of a page hears before that whether they are signed in at
 * all: programs that forget the header then know what to do next.
 */
async function admit(c: Context<AppEnv>, audience: Audience, services: Services): Promise<void> {
  const page = isChange(c) && audience !== 'service' ? pageOf(c) : 'own'
  if (page === 'foreign') throw crossOrigin()
  if (audience === 'viewer' || audience === 'link') await countViewer(c, services)
  if (audience === 'viewer') await requireViewer(c, services)
  if (audience === 'admin') await requireAdmin(c, services)
  if (audience === 'service') requireServiceToken(c, services)
  if (audience === 'operator') requireMetricsToken(c, services)
  if (page === 'unknown') throw crossOrigin()
  if (audience === 'admin' && isChange(c)) await services.limits.mutation(runtimeOf(c.env).tenant)
}

/** Methods that are not safe (RFC 9110, section 9.2.1). */
function isChange({ req }: Context<AppEnv>): boolean {
  return isUnsafe(req.method)
}

function isUnsafe(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method)
}

/** Strangers who only look are not worth a line. */
async function auditRefusal(c: Context<AppEnv>, error: unknown, services: Services): Promise<void> {
  if (!isPublisherError(error) || (!isChange(c) && error.code !== 'not_admin')) return
  // In whose name it was asked: a refused page was not looked at any closer.
  const who = c.env.runtime ? await sessionOf(c, services) : null
  audit(c.env, services, { action: actionOf(c), outcome: 'refused', reason: error.code, who })
}

function auditChange(c: Context<AppEnv>, services: Services): void {
  const { res, error } = c
  const isStream = res.headers.get('content-type')?.startsWith('text/event-stream') === true
  audit(c.env, services, {
    action: actionOf(c),
    outcome: res.status >= 400 ? 'failed' : isStream ? 'started' : 'ok',
    reason: error && toPublisherError(error).code,
  })
}

function actionOf({ req }: Context<AppEnv>): string {
  return `${req.method} ${req.path}`
}
