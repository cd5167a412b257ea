/** Thumbnails of photos, for the gallery and the grid. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { makeThumbnail, thumbnailSizes } from '../../workflow/thumbnail.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, pictureErrors } from '../expected-errors.ts'
import { requireAdmin } from '../guards.ts'
import { orEmpty } from '../input-schemas.ts'
import { routeFor } from '../route.ts'
import { filenameParameter, photoFolder } from './images-schemas.ts'

const thumbnailQuery = z.object({
  size: orEmpty(z.enum(thumbnailSizes).default('w960h640')),
  folder: photoFolder,
})

export function thumbnailRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('viewer', services, {
    method: 'get',
    path: '/api/images/{filename}/thumbnail',
    operationId: 'getThumbnail',
    summary: 'Thumbnail of a photo',
    tags: ['photos'],
    errors: [...photoErrors, ...pictureErrors, 'thumbnail_unavailable'],
    request: { params: filenameParameter, query: thumbnailQuery },
    responses: {
      200: {
        description: 'The photo, upright, fitted into the size, without metadata',
        content: { 'image/jpeg': {}, 'image/webp': {}, 'image/avif': {} },
      },
      304: { description: 'Unchanged since the given entity tag' },
    },
  })
  app.openapi(route, async (c) => {
    const runtime = runtimeOf(c.env)
    const { size, folder } = c.req.valid('query')
    // Visitors see the root only: removed photos are not public.
    if (folder !== 'root') await requireAdmin(c, services)
    const making = makeThumbnail(
      {
        store: runtime.storage(),
        images: services.images,
        memory: runtime.thumbnails,
        owner: runtime.tenant,
      },
      {
        folder,
        name: parsePhotoName(c.req.valid('param').filename),
        size,
        accept: c.req.header('accept'),
        ifNoneMatch: c.req.header('if-none-match'),
      },
    )
    // Other clients may wait for the same thumbnail, so the work continues if this client disconnects.
    c.env.connection.waitUntil(making.catch(() => undefined))
    const thumbnail = await making
    c.header('etag', thumbnail.etag)
    c.header('vary', 'Accept')
    c.header(
      'cache-control',
      runtime.config.features.auto_view_enabled && folder === 'root'
        ? 'public, max-age=3600'
        : 'private, max-age=3600',
    )
    if (thumbnail.status === 'not_modified') return c.body(null, 304)
    return c.body(thumbnail.bytes, 200, {
      'content-type': thumbnail.mediaType,
      'content-length': String(thumbnail.bytes.byteLength),
    })
  })
}
