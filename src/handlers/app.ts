/** The program: a Request and what is known of its connection in, a Response out. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { getPath } from 'hono/utils/url'
import { PublisherError } from '../errors.ts'
import { tenantNotFound } from '../runtime/config-cache.ts'
import { parseHost, portOf } from '../runtime/host.ts'
import { describeError } from '../runtime/log.ts'
import type { Services } from '../runtime/services.ts'
import type { TenantRuntime } from '../runtime/tenant-runtime.ts'
import { configRoutes } from './config.ts'
import { type AppEnv, type Connection, type Exchange, readHeader, requestIdOf } from './exchange.ts'
import { healthRoutes } from './health.ts'
import { imageRoutes } from './images.ts'
import { internalRoutes } from './internal.ts'
import { openApiRoutes } from './openapi.ts'
import { pageRoutes } from './page.ts'
import { problemResponse, statusOf, toPublisherError } from './problem.ts'
import { setSecurityHeaders } from './security-headers.ts'

/** Answers one request. Never rejects. */
export type Handler = (request: Request, connection: Connection) => Promise<Response>

/** Makes the handler of a process. */
export function createHandler(services: Services): Handler {
  const app = createApp(services)
  const { settings, log, now } = services

  async function answer(request: Request, exchange: Exchange, path: string): Promise<Response> {
    if (!isTenantFree(path)) {
      exchange.runtime = await resolveTenant(services, exchange)
      exchange.origin = originOf(exchange.runtime, exchange.connection, settings.forceHttps)
      const redirect = settings.forceHttps && toHttps(request, exchange)
      if (redirect) return redirect
    }
    return app.fetch(request, exchange)
  }

  return async (request, connection) => {
    const startedAt = now()
    const exchange: Exchange = { requestId: requestIdOf(request, connection), connection, origin: '' }
    const path = getPath(request)
    let response: Response
    try {
      response = await answer(request, exchange, path)
    } catch (error) {
      response = await refuse(error, request, exchange, services)
    }
    const { headers, status } = response
    setSecurityHeaders(headers, settings)
    headers.set('x-request-id', exchange.requestId)
    headers.set('x-correlation-id', exchange.requestId)
    log.info('request', {
      request_id: exchange.requestId,
      tenant: exchange.runtime?.tenant,
      config_version: exchange.runtime?.configVersion,
      method: request.method,
      path,
      status,
      duration_ms: now() - startedAt,
    })
    return response
  }
}

/** All routes. Exported for the description of the API and for the test that walks the route table. */
export function createApp(services: Services): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return
      const wrong = result.error.issues.map(
        (issue) => `${issue.path.join('.') || result.target}: ${issue.message}`,
      )
      throw new PublisherError('invalid_request', `Please correct ${wrong.join('; ')}.`)
    },
  })
  app.onError((error, c) => refuse(error, c.req.raw, c.env, services))
  app.notFound(async (c) => {
    const allowed = allowedMethods(app, c.req.path).join(', ')
    if (allowed === '') throw new PublisherError('not_found', 'There is nothing at this address.')
    const error = new PublisherError('method_not_allowed', `This address answers to ${allowed}.`)
    const response = await problemResponse(error, c.req.raw, c.env.requestId)
    response.headers.set('allow', allowed)
    return response
  })
  healthRoutes(app, services)
  configRoutes(app, services)
  imageRoutes(app, services)
  internalRoutes(app, services)
  pageRoutes(app, services)
  openApiRoutes(app)
  return app
}

/** Health, metrics, static files and the control plane's calls need no tenant (design section 4, rule 1). */
function isTenantFree(path: string): boolean {
  return (
    path.startsWith('/assets/') ||
    path === '/health' ||
    path.startsWith('/health/') ||
    path.startsWith('/internal/')
  )
}

/** Throws `tenant_not_found`, the same for every refusal, or `config_unavailable`. */
async function resolveTenant(
  { configurations, settings }: Services,
  exchange: Exchange,
): Promise<TenantRuntime> {
  const { connection, requestId } = exchange
  const host = parseHost(connection.host, settings.baseDomain, [settings.callbackHost])
  if (!host) throw tenantNotFound()
  const context = { requestId, waitUntil: connection.waitUntil }
  return configurations.peek(host, context) ?? (await configurations.load(host, context))
}

function originOf(runtime: TenantRuntime, connection: Connection, forceHttps: boolean): string {
  if (forceHttps) return `https://${runtime.host}`
  const port = portOf(connection.host ?? '')
  return `http://${runtime.host}${port === null ? '' : `:${port}`}`
}

/** Heroku's router says by `X-Forwarded-Proto` how the public connection came. Throws `https_required`. */
function toHttps(request: Request, { connection, origin }: Exchange): Response | undefined {
  if (readHeader(request, connection, 'x-forwarded-proto') !== 'http') return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new PublisherError(
      'https_required',
      'Nothing was done: this request came over HTTP. Repeat it over HTTPS.',
    )
  }
  const { pathname, search } = new URL(request.url)
  return new Response(null, { status: 308, headers: { location: origin + pathname + search } })
}

async function refuse(
  thrown: unknown,
  request: Request,
  exchange: Exchange,
  { log }: Services,
): Promise<Response> {
  const error = toPublisherError(thrown)
  if (statusOf(error.code) >= 500) {
    log.warn('refused', {
      request_id: exchange.requestId,
      tenant: exchange.runtime?.tenant,
      code: error.code,
      error: describeError(error.code === 'internal_error' ? error.cause : error),
    })
  }
  return problemResponse(error, request, exchange.requestId)
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

function allowedMethods(app: OpenAPIHono<AppEnv>, path: string): string[] {
  return methods.filter((method) => app.router.match(method, path)[0].length > 0)
}
