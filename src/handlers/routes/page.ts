/** The web app's document and its static files. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { PublisherError } from '../../base/errors.ts'
import type { Services } from '../../runtime/services.ts'
import { photoVersion } from '../../workflow/photo-version.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { messageStyle, messageStylePath } from '../message-style.ts'
import { guardFor, routeFor } from '../route.ts'
import { fetchAhead } from './fetch-ahead.ts'
import { listAhead } from './list-ahead.ts'

export function pageRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { assets } = services
  const document = routeFor('anyone', services, {
    method: 'get',
    path: '/',
    operationId: 'getPage',
    summary: 'The web app',
    tags: ['page'],
    responses: {
      200: { description: 'HTML document of the web app', content: { 'text/html': {} } },
      304: { description: 'Unchanged since the given entity tag' },
    },
  })
  app.openapi(document, async (c) => {
    listAhead(c.env, c.req.raw)
    const page = await assets.index(c.req.raw)
    const runtime = runtimeOf(c.env)
    const link = fetchAhead({
      query: new URL(c.req.url).searchParams,
      isPublic: runtime.config.features.auto_view_enabled,
      versionOf(name) {
        const photo = runtime.peekListing('root')?.find(name)
        return photo && photoVersion(photo)
      },
      savesData: c.req.header('save-data')?.toLowerCase() === 'on',
    })
    if (link) page.headers.set('link', link)
    return page
  })
  const settings = routeFor('anyone', services, {
    method: 'get',
    path: '/settings',
    operationId: 'getSettingsPage',
    summary: 'The page on which an admin sets up the gallery',
    tags: ['page'],
    responses: {
      200: { description: 'HTML document without any data of the gallery', content: { 'text/html': {} } },
      304: { description: 'Unchanged since the given entity tag' },
    },
  })
  app.openapi(settings, (c) => assets.settings(c.req.raw))
  // The name has no fingerprint, so browsers may cache the file for only an hour.
  app.get(messageStylePath, guardFor('anyone', services), (c) =>
    c.body(messageStyle, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    }),
  )
  app.get('/assets/*', guardFor('anyone', services), async (c) => {
    const asset = await assets.get(c.req.path, c.req.raw)
    if (!asset) throw new PublisherError('not_found', 'File not found.')
    return asset
  })
}
