/** Creates routes with an audience that a guard enforces. test/handlers/routes.test.ts finds routes that bypass this file. */
import { createRoute, type OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { ErrorCode } from '../base/error-codes.ts'
import { isPublisherError } from '../base/errors.ts'
import type { Services } from '../runtime/services.ts'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'
import { createAnswerTexts } from './answer-texts.ts'
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
import { honourChanges, watchChanges } from './own-changes.ts'
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
  /** The route's own responses. Problem documents are added. */
  responses: Responses
  /** Codes of the route's own work. expected-errors.ts adds those of its audience, path and input. */
  errors?: readonly ErrorCode[]
}

/**
 * Creates a route for this audience. The guard runs before the request is parsed. Routes with an unsafe method only accept requests from
 * pages of their own host. Service routes are exempt: a token proves the caller. The audience also decides the description: security,
 * problem documents and headers.
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

/** Description of a route whose answer follows from the configuration of the tenant. */
interface ConfigurationRoute<S> extends Pick<Described, 'operationId' | 'summary' | 'tags'> {
  path: string
  /** Schema of the answer. */
  schema: S
  /** Description of the answer. */
  answer: string
}

/**
 * Adds a GET route for every caller, whose answer follows from the configuration alone. The route answers at once. It keeps the text of its
 * answer as long as the configuration.
 */
export function configurationRoute<S extends z.ZodType>(
  app: OpenAPIHono<AppEnv>,
  services: Services,
  { path, schema, answer, ...described }: ConfigurationRoute<S>,
  answerOf: (runtime: TenantRuntime) => z.output<S>,
): void {
  const responses = { 200: json(schema, answer) }
  const config = { ...described, method: 'get' as const, path, responses }
  describeRoute(app, createRoute(withDescription('anyone', services, config)))
  const textOf = createAnswerTexts(answerOf)
  const handler: Handler<AppEnv> = (c) => {
    c.env.route = path
    return new Response(textOf(runtimeOf(c.env)), jsonAnswer)
  }
  audiences.set(handler, 'anyone')
  app.get(path, handler)
}

const jsonAnswer = { headers: { 'content-type': 'application/json' } } as const

/** Completes the description. The type keeps only the route's own responses, since handlers throw all others. */
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
    // Not part of an OpenAPI document.
    errors: undefined,
    'x-audience': audience,
    security: config.security ?? securityOf[audience],
    responses: responsesOf({ ...route, responses, errors: codes }),
  }
}

/** Middleware for JSON bodies. Runs after the guard, so that the body of a refused request is never read. */
function bodyRules({ request }: Described): MiddlewareHandler<AppEnv>[] {
  if (!request?.body?.content['application/json']) return []
  return request.body.required ? [boundedBody] : [boundedBody, optionalBody]
}

/** Describes a JSON response. */
export function json<const S>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

const audiences = new WeakMap<object, Audience>()

/** Returns the audience of a guard, `undefined` for any other handler. */
export function audienceOf(handler: object): Audience | undefined {
  return audiences.get(handler)
}

/** Creates a guard alone, for handlers outside the described API: `app.get(path, guardFor('anyone', services), handler)`. */
export function guardFor(audience: Audience, services: Services): MiddlewareHandler<AppEnv> {
  // Each guard belongs to a single route, so its pattern never changes.
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
    if (audience === 'viewer' || audience === 'admin') await honourChanges(c, services)
    const isChangeOfAdmin = audience === 'admin' && isChange(c)
    const markChanges = isChangeOfAdmin ? watchChanges(c, services) : null
    await next()
    await markChanges?.()
    if (isChangeOfAdmin) auditChange(c, services)
    await settleSession(c, services)
  })
  audiences.set(guard, audience)
  return guard
}

/**
 * Admits the caller or throws. Foreign pages are refused first. A request that names no page is refused last, so that programs learn
 * first that they are not signed in.
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

/** Checks if the method is not safe (RFC 9110, section 9.2.1). */
function isChange({ req }: Context<AppEnv>): boolean {
  return isUnsafe(req.method)
}

function isUnsafe(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method)
}

/** Audits a refusal. Reads count only for signed-in people who are not admins. */
async function auditRefusal(c: Context<AppEnv>, error: unknown, services: Services): Promise<void> {
  if (!isPublisherError(error) || (!isChange(c) && error.code !== 'not_admin')) return
  // A cross-origin refusal comes before the session is read.
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
