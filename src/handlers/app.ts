/** Entry point of the library: turns a `Request` and its `Connection` into a `Response`. */
import { getPath } from 'hono/utils/url'
import { hostName, parseHost } from '../contract/host.ts'
import type { Services } from '../runtime/services.ts'
import { pathForLog } from '../runtime/telemetry/log.ts'
import { inSpan } from '../runtime/telemetry/spans.ts'
import { tenantNotFound } from '../runtime/tenancy/config-cache.ts'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'
import { type Connection, type Exchange, requestIdOf } from './exchange.ts'
import { galleryOffer } from './gallery-list.ts'
import { publicOrigin, redirectToHttps } from './https.ts'
import { requestObserver } from './observed-request.ts'
import { refusal } from './refusal.ts'
import { hasMetrics, metricsPath } from './routes/metrics.ts'
import { allowedMethods, createApp, createCallbackApp } from './routes.ts'
import { securityHeaders } from './security-headers.ts'
import { isTenantFree } from './tenant-free.ts'
import { setRateLimit } from './viewer-limit.ts'

/** Answers one request. Never rejects. */
export type Handler = (request: Request, connection: Connection) => Promise<Response>

/** Creates the handler of a process. */
export function createHandler(services: Services): Handler {
  const app = createApp(services)
  const callbackApp = createCallbackApp(services)
  const { settings, log, now } = services
  const headersOfAll = securityHeaders(settings)

  async function answer(request: Request, exchange: Exchange, path: string): Promise<Response> {
    if (isTenantFree(path) || (path === metricsPath && hasMetrics(services)))
      return app.fetch(request, exchange)
    if (hostName(exchange.connection.host) === settings.callbackHost) {
      return answerOnCallbackHost(request, exchange, path)
    }
    exchange.runtime = await resolveTenant(services, exchange)
    exchange.origin = publicOrigin(exchange.runtime.host, exchange.connection, settings)
    const redirect = redirectToHttps(request, exchange, settings)
    if (redirect) return redirect
    if (path.startsWith('/auth/')) await services.limits.signIn(exchange.connection.client())
    return app.fetch(request, exchange)
  }

  /** Answers the steps of the sign-in. Every other path gets the same 404 as an unknown host. */
  async function answerOnCallbackHost(request: Request, exchange: Exchange, path: string): Promise<Response> {
    if (!allowedMethods(callbackApp, path).includes(request.method)) throw tenantNotFound()
    exchange.origin = publicOrigin(settings.callbackHost, exchange.connection, settings)
    const redirect = redirectToHttps(request, exchange, settings)
    if (redirect) return redirect
    await services.limits.signIn(exchange.connection.client())
    const response = await callbackApp.fetch(request, exchange)
    // URLs of this host contain authorization codes, which `Referer` must not leak.
    response.headers.set('referrer-policy', 'no-referrer')
    return response
  }

  function complete(response: Response, { connection, requestId, allowance }: Exchange): void {
    const set = connection.setHeader ?? unlessSet(response)
    for (const [name, value] of headersOfAll) set(name, value)
    set('x-request-id', requestId)
    set('x-correlation-id', requestId)
    if (allowance) setRateLimit(allowance, set)
  }

  async function answerAndLog(request: Request, exchange: Exchange): Promise<Response> {
    const startedAt = now()
    const path = getPath(request)
    let response: Response
    try {
      response = await answer(request, exchange, path)
    } catch (error) {
      const offer = await galleryOffer(error, request, exchange, services)
      response = await refusal(error, request, exchange, services, offer)
    }
    complete(response, exchange)
    log.info('request', {
      request_id: exchange.requestId,
      tenant: exchange.runtime?.tenant,
      config_version: exchange.runtime?.configVersion,
      method: request.method,
      path: pathForLog(path),
      status: response.status,
      duration_ms: now() - startedAt,
    })
    return response
  }

  const observed = requestObserver(services, answerAndLog)
  return (request, connection) =>
    observed(request, { requestId: requestIdOf(request, connection), connection, origin: '' })
}

function unlessSet({ headers }: Response): (name: string, value: string) => void {
  return (name, value) => {
    if (!headers.has(name)) headers.set(name, value)
  }
}

/** Resolves the tenant of the host. Throws `tenant_not_found` (the same for every reason), `config_unavailable` or `rate_limited`. */
async function resolveTenant(
  { configurations, limits, settings }: Services,
  exchange: Exchange,
): Promise<TenantRuntime> {
  const { connection, requestId } = exchange
  const host = parseHost(connection.host, settings.baseDomain, [settings.callbackHost])
  if (!host) throw tenantNotFound()
  exchange.asked = host.tenant
  const context = {
    requestId,
    waitUntil: connection.waitUntil,
    countUnknownHost: () => limits.unknownHost(connection.client()),
    admitUnknownHost: () => limits.allUnknownHosts(connection.client()),
  }
  return (
    configurations.peek(host, context) ??
    (await inSpan('resolve tenant', {}, () => configurations.load(host, context)))
  )
}
