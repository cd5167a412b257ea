/** The web app's document and its static files. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { PublisherError } from '../errors.ts'
import type { Services } from '../runtime/services.ts'
import type { AppEnv } from './exchange.ts'
import { guardFor } from './route.ts'

export function pageRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { assets } = services
  app.get('/', guardFor('anyone', services), (c) => assets.index(c.req.raw))
  app.get('/assets/*', guardFor('anyone', services), async (c) => {
    const asset = await assets.get(c.req.path, c.req.raw)
    if (!asset) throw new PublisherError('not_found', 'There is no such file.')
    return asset
  })
}
