/** Entry point of the library: turns a `Request` and its `Connection` into a `Response`. */
import { getPath } from 'hono/utils/url'
import { hostName, hostParser } from '../contract/host.ts'
import type { Services } from '../runtime/services.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import { pathForLog } from '../runtime/telemetry/log.ts'
import { inSpan } from '../runtime/telemetry/spans.ts'
import { type LookupContext, tenantNotFound } from '../runtime/tenancy/config-cache.ts'
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
import { rateLimitHeaders } from './viewer-limit.ts'

/** Answers one request, at once if no part of the answer must be awaited. Never throws and never rejects. */
export type Handler = (request: Request, connection: Connection) => Response | Promise<Response>

/** Creates the handler of a process. */
export function createHandler(services: Services): Handler {
  const app = createApp(services)
  const answerWithoutTenant = withoutTenant(services)
  const { settings, log, now } = services
  const complete = completion(settings)
  const tenantOf = hostParser(settings.baseDomain, [settings.callbackHost])
  const servesMetrics = hasMetrics(services)

  function answer(request: Request, exchange: Exchange): Response | Promise<Response> {
    const { path, connection } = exchange
    if (isTenantFree(path) || (path === metricsPath && servesMetrics)) return app.fetch(request, exchange)
    const host = tenantOf(connection.host)
    if (!host) return answerWithoutTenant(request, exchange)
    exchange.asked = host.tenant
    const context = lookupContext(services, exchange)
    const warm = services.configurations.peek(host, context)
    if (warm) return answerForTenant(request, exchange, warm)
    return inSpan('resolve tenant', {}, () => services.configurations.load(host, context)).then((runtime) =>
      answerForTenant(request, exchange, runtime),
    )
  }

  function answerForTenant(
    request: Request,
    exchange: Exchange,
    runtime: TenantRuntime,
  ): Response | Promise<Response> {
    exchange.runtime = runtime
    services.origins.learn(exchange.connection.host)
    exchange.origin = publicOrigin(runtime.host, exchange.connection, settings)
    const redirect = redirectToHttps(request, exchange, settings)
    if (redirect) return redirect
    if (!exchange.path.startsWith('/auth/')) return app.fetch(request, exchange)
    return services.limits.signIn(exchange.connection.client()).then(() => app.fetch(request, exchange))
  }

  async function refuse(thrown: unknown, request: Request, exchange: Exchange): Promise<Response> {
    const offer = await galleryOffer(thrown, request, exchange, services)
    return refusal(thrown, request, exchange, services, offer)
  }

  function answerAndLog(request: Request, exchange: Exchange): Response | Promise<Response> {
    const startedAt = now()
    const finish = (response: Response) => {
      complete(response, exchange)
      log.info('request', {
        request_id: exchange.requestId,
        tenant: exchange.runtime?.tenant,
        config_version: exchange.runtime?.configVersion,
        method: request.method,
        path: pathForLog(exchange.path),
        status: response.status,
        duration_ms: now() - startedAt,
      })
      return response
    }
    const refuseAndFinish = (thrown: unknown) => refuse(thrown, request, exchange).then(finish)
    let response: Response | Promise<Response>
    try {
      response = answer(request, exchange)
    } catch (thrown) {
      return refuseAndFinish(thrown)
    }
    return response instanceof Promise ? response.then(finish, refuseAndFinish) : finish(response)
  }

  const observed = requestObserver(services, answerAndLog)
  return (request, connection) =>
    observed(request, {
      requestId: requestIdOf(request, connection),
      connection,
      path: getPath(request),
      origin: '',
    })
}

/** Creates the answers on hosts without a tenant: the steps of the sign-in on their own host. Every other path and host gets the same 404. */
function withoutTenant(services: Services): (request: Request, exchange: Exchange) => Promise<Response> {
  const { settings, limits } = services
  const callbackApp = createCallbackApp(services)
  return async (request, exchange) => {
    const { path, connection } = exchange
    if (hostName(connection.host) !== settings.callbackHost) throw tenantNotFound()
    if (!allowedMethods(callbackApp, path).includes(request.method)) throw tenantNotFound()
    exchange.origin = publicOrigin(settings.callbackHost, connection, settings)
    const redirect = redirectToHttps(request, exchange, settings)
    if (redirect) return redirect
    await limits.signIn(connection.client())
    const response = await callbackApp.fetch(request, exchange)
    // URLs of this host contain authorization codes, which `Referer` must not leak.
    response.headers.set('referrer-policy', 'no-referrer')
    return response
  }
}

/** Creates the function that adds the headers of every response. A header that the response already has wins. */
function completion(settings: Settings): (response: Response, exchange: Exchange) => void {
  const fixed = securityHeaders(settings).flat()
  return (response, { connection, requestId, allowance }) => {
    const list = [...fixed, 'x-request-id', requestId, 'x-correlation-id', requestId]
    if (allowance) list.push(...rateLimitHeaders(allowance))
    if (connection.setHeaders) return connection.setHeaders(list)
    const { headers } = response
    for (let place = 0; place < list.length; place += 2) {
      const [name = '', value = ''] = [list[place], list[place + 1]]
      if (!headers.has(name)) headers.set(name, value)
    }
  }
}

/** Returns the context of the lookup of a tenant. */
function lookupContext({ limits }: Services, { requestId, connection }: Exchange): LookupContext {
  return {
    requestId,
    waitUntil: connection.waitUntil,
    countUnknownHost: () => limits.unknownHost(connection.client()),
    admitUnknownHost: () => limits.allUnknownHosts(connection.client()),
  }
}
