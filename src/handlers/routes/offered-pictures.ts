/** Pictures of recent posts, for platforms that fetch pictures themselves. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { offerEnded } from '../../runtime/sealing/offer-tokens.ts'
import type { Services } from '../../runtime/services.ts'
import { offeredPicturePath } from '../../runtime/tenancy/offered-pictures.ts'
import { readOffer } from '../../workflow/offered-pictures.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { storageErrors } from '../expected-errors.ts'
import { routeFor } from '../route.ts'
import { linkQuery } from './images-schemas.ts'

/** Adds the route for `anyone`: the token is the permission, and the limits of visitors must not stop a platform. */
export function offeredPictureRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('anyone', services, {
    method: 'get',
    path: offeredPicturePath,
    operationId: 'getOfferedPicture',
    summary: 'The picture of a recent post, by a sealed link',
    tags: ['photos'],
    errors: [...storageErrors, 'link_expired'],
    description: 'Instagram fetches pictures from here. A link works for ten minutes.',
    request: { query: linkQuery },
    responses: {
      200: { description: 'The reduced picture, without metadata', content: { 'image/jpeg': {} } },
    },
  })
  app.openapi(route, async (c) => {
    const runtime = runtimeOf(c.env)
    const folder = await services.offerTokens.open(c.req.valid('query').token, runtime.host)
    const bytes = await readOffer(runtime.storage(), folder)
    if (!bytes) throw offerEnded()
    const headers = {
      'content-type': 'image/jpeg',
      'content-length': String(bytes.length),
      'cache-control': 'private, no-store',
      'x-robots-tag': 'noindex',
    }
    return c.req.method === 'HEAD' ? c.body(null, 200, headers) : c.body(bytes, 200, headers)
  })
}
