/** Thumbnails of photos, for the gallery and the grid. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { thumbnailTools } from '../../runtime/thumbnail-tools.ts'
import { isReplaced, makeThumbnail, thumbnailSizes } from '../../workflow/thumbnail.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, pictureErrors } from '../expected-errors.ts'
import { requireAdmin } from '../guards.ts'
import { orEmpty } from '../input-schemas.ts'
import { routeFor } from '../route.ts'
import { filenameParameter, photoFolder } from './images-schemas.ts'

const thumbnailQuery = z.object({
  size: orEmpty(z.enum(thumbnailSizes).default('w960h640')),
  folder: photoFolder,
  v: z.string().max(100).optional().openapi({
    description:
      '`version` of the photo. If the photo still has this version, the answer may be cached for a year',
    example: 'q1Xo3vB0_9k',
  }),
})

/** Ages in seconds. */
const year = 31_536_000
const hour = 3600

/**
 * Returns `Cache-Control`. The answer at the address of a photo's present version never changes. Shared caches keep public answers for
 * an hour only, so that they let go of photos that were removed.
 */
function cacheControl(isPublic: boolean, isLasting: boolean): string {
  const scope = isPublic ? 'public' : 'private'
  if (!isLasting) return `${scope}, max-age=${hour}`
  return `${scope}, max-age=${year}, ${isPublic ? `s-maxage=${hour}, ` : ''}immutable`
}

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
        description:
          'The photo, upright, fitted into the size, without metadata, with the watermark of the gallery',
        content: { 'image/jpeg': {}, 'image/webp': {}, 'image/avif': {} },
      },
      304: { description: 'Unchanged since the given entity tag' },
    },
  })
  app.openapi(route, async (c) => {
    const runtime = runtimeOf(c.env)
    const { waitUntil } = c.env.connection
    const { size, folder, v } = c.req.valid('query')
    // Visitors see the root only: removed photos are not public.
    if (folder !== 'root') await requireAdmin(c, services)
    const name = parsePhotoName(c.req.valid('param').filename)
    const accept = c.req.header('accept')
    const { lookAhead, care } = runtime.previews()
    const isPublic = runtime.config.features.auto_view_enabled && folder === 'root'
    const tools = await thumbnailTools(services, runtime, { waitUntil }, isPublic)
    const ifNoneMatch = c.req.header('if-none-match')
    const clientSignal = () => c.req.raw.signal
    const make = () =>
      makeThumbnail(tools, { folder, name, size, accept, ifNoneMatch, version: v, clientSignal })
    const making = make().catch((error: unknown) => {
      if (!isReplaced(error)) throw error
      // Another program replaced the photo since it was listed.
      services.photoChanges.hear(runtime.host)
      return make()
    })
    // Other clients may wait for the same thumbnail, so the work continues if this client disconnects.
    waitUntil(making.catch(() => undefined))
    const thumbnail = await making
    lookAhead(tools, { folder, name, size, accept })
    care(waitUntil)
    c.header('etag', thumbnail.etag)
    c.header('vary', 'Accept')
    c.header('cache-control', cacheControl(isPublic, thumbnail.isLasting))
    if (thumbnail.status === 'not_modified') return c.body(null, 304)
    return c.body(thumbnail.bytes, 200, {
      'content-type': thumbnail.mediaType,
      'content-length': String(thumbnail.bytes.byteLength),
    })
  })
}
