/**
 * Route tables of tenants' hosts and of the callback host. Add a route to the file of its resource in routes/. A new resource is a new
 * file there and a line here. Schemas that the web app or another resource imports belong in `<resource>-schemas.ts`.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { PublisherError } from '../base/errors.ts'
import type { Services } from '../runtime/services.ts'
import { tenantNotFound } from '../runtime/tenancy/config-cache.ts'
import type { AppEnv } from './exchange.ts'
import { problemResponse } from './problem.ts'
import { refusal } from './refusal.ts'
import { createRouter } from './router.ts'
import { analysisRoutes } from './routes/analysis.ts'
import { apiKeyRoutes } from './routes/api-keys.ts'
import { appearanceRoutes } from './routes/appearance.ts'
import { callbackRoute } from './routes/auth/callback.ts'
import { enterRoute } from './routes/auth/hand-over.ts'
import { loginRoute, startRoute } from './routes/auth/login.ts'
import { endedRoute, endRoute, logoutByFetchRoutes, logoutRoutes } from './routes/auth/logout.ts'
import { captionRoutes } from './routes/captions.ts'
import { changeRoutes } from './routes/changes.ts'
import { configRoutes } from './routes/config.ts'
import { connectionRoutes } from './routes/connections.ts'
import { copyRoute } from './routes/copies.ts'
import { curationRoutes } from './routes/curation.ts'
import { errorsRoute } from './routes/errors.ts'
import { healthRoutes } from './routes/health.ts'
import { imageRoutes } from './routes/images.ts'
import { internalRoutes } from './routes/internal.ts'
import { libraryRoutes } from './routes/library.ts'
import { metricsRoute } from './routes/metrics.ts'
import { offeredPictureRoute } from './routes/offered-pictures.ts'
import { openApiRoutes } from './routes/openapi.ts'
import { originalRoute } from './routes/originals.ts'
import { pageRoutes } from './routes/page.ts'
import { publishRoutes } from './routes/publishing.ts'
import { settingsRoutes } from './routes/settings.ts'
import { thumbnailRoute } from './routes/thumbnails.ts'
import { uploadRoute } from './routes/upload.ts'
import { variantsRoute } from './routes/variants.ts'
import { webhookRoutes } from './routes/webhooks.ts'

/** Creates the routes of tenants' hosts, and the routes that need no tenant. */
export function createApp(services: Services): OpenAPIHono<AppEnv> {
  const app = emptyApp(services)
  app.notFound(async (c) => {
    const allowed = allowedMethods(app, c.req.path).filter((method) => method !== 'HEAD')
    if (allowed.length === 0) throw new PublisherError('not_found', 'There is nothing at this address.')
    const list = allowed.join(', ')
    const error = new PublisherError('method_not_allowed', `This address only accepts ${list}.`)
    const response = await problemResponse(error, c.req.raw, c.env.requestId)
    response.headers.set('allow', list)
    return response
  })
  healthRoutes(app, services)
  configRoutes(app, services)
  imageRoutes(app, services)
  thumbnailRoute(app, services)
  copyRoute(app, services)
  originalRoute(app, services)
  offeredPictureRoute(app, services)
  analysisRoutes(app, services)
  publishRoutes(app, services)
  changeRoutes(app, services)
  captionRoutes(app, services)
  variantsRoute(app, services)
  curationRoutes(app, services)
  loginRoute(app, services)
  enterRoute(app, services)
  logoutRoutes(app, services)
  logoutByFetchRoutes(app, services)
  libraryRoutes(app, services)
  uploadRoute(app, services)
  settingsRoutes(app, services)
  apiKeyRoutes(app, services)
  webhookRoutes(app, services)
  connectionRoutes(app, services)
  internalRoutes(app, services)
  metricsRoute(app, services)
  pageRoutes(app, services)
  errorsRoute(app, services)
  appearanceRoutes(app, services)
  openApiRoutes(app, services)
  return app
}

/** Creates the routes of the callback host: only the steps of the sign-in. Empty without an identity provider. */
export function createCallbackApp(services: Services): OpenAPIHono<AppEnv> {
  const app = emptyApp(services)
  app.notFound(() => {
    throw tenantNotFound()
  })
  const { signIn } = services
  if (!signIn) return app
  startRoute(app, services, signIn)
  callbackRoute(app, services, signIn)
  endRoute(app, services, signIn)
  endedRoute(app, services, signIn)
  return app
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Returns the methods that a path accepts. A path with GET accepts HEAD. */
export function allowedMethods(app: OpenAPIHono<AppEnv>, path: string): string[] {
  return methods.filter((method) => app.router.match(method === 'HEAD' ? 'GET' : method, path)[0].length > 0)
}

function emptyApp(services: Services): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({
    router: createRouter(),
    defaultHook: (result) => {
      if (result.success) return
      const wrong = result.error.issues.map(
        (issue) => `${issue.path.join('.') || result.target}: ${issue.message}`,
      )
      throw new PublisherError('invalid_request', `Please correct ${wrong.join('; ')}.`)
    },
  })
  app.onError((error, c) => refusal(error, c.req.raw, c.env, services))
  return app
}
