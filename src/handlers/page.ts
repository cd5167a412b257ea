/** The web app's document and its static files. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { PublisherError } from '../errors.ts'
import type { Services } from '../runtime/services.ts'
import type { AppEnv } from './exchange.ts'

export function pageRoutes(app: OpenAPIHono<AppEnv>, { assets }: Services): void {
  app.get('/', (c) => assets.index(c.req.raw))
  app.get('/assets/*', async (c) => {
    const asset = await assets.get(c.req.path, c.req.raw)
    if (!asset) throw new PublisherError('not_found', 'There is no such file.')
    return asset
  })
}
