/** Originals by signed links, for stores without links of their own. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { mediaType, parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors } from '../expected-errors.ts'
import { routeFor } from '../route.ts'
import { inlineAs } from './copies.ts'
import { filenameParameter, linkQuery } from './images-schemas.ts'

export function originalRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('link', services, {
    method: 'get',
    path: '/api/images/{filename}/original',
    operationId: 'getOriginal',
    summary: 'The original, by a signed link',
    tags: ['photos'],
    errors: [...photoErrors, 'link_expired'],
    description:
      'The signed link is the permission. Target of `temp_url` for admins, if the storage has no links of its own.',
    request: { params: filenameParameter, query: linkQuery },
    responses: {
      200: { description: 'The original', content: { 'image/jpeg': {}, 'image/png': {}, 'image/webp': {} } },
    },
  })
  app.openapi(route, async (c) => {
    const runtime = runtimeOf(c.env)
    const name = parsePhotoName(c.req.valid('param').filename)
    const folder = await services.links.verify(c.req.valid('query').token, runtime.host, name)
    const { entry, body } = await runtime.storage().read(folder, name)
    const headers = {
      'content-type': mediaType(name),
      'content-length': String(entry.size),
      // Only admins get this link, so a cache must not serve the photo to others.
      'cache-control': 'private, no-store',
      'content-disposition': inlineAs(name),
    }
    if (c.req.method !== 'HEAD') return c.body(body, 200, headers)
    await body.cancel()
    return c.body(null, 200, headers)
  })
}
