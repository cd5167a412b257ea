/** Full-size photos for visitors: signed links on this host to copies without metadata. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { type Folder, type PhotoName, parsePhotoName } from '../../ports/photo.ts'
import { copyTools } from '../../runtime/copy-tools.ts'
import type { Services } from '../../runtime/services.ts'
import type { TenantRuntime } from '../../runtime/tenancy/tenant-runtime.ts'
import { thumbnailTools } from '../../runtime/thumbnail-tools.ts'
import type { WorkContext } from '../../runtime/workflow-tools.ts'
import { openMarkedCopy, openVisitorCopy, type VisitorCopy } from '../../workflow/visitor-copy.ts'
import { wantsWatermark } from '../../workflow/watermark.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, pictureErrors } from '../expected-errors.ts'
import { routeFor } from '../route.ts'
import { filenameParameter, linkQuery } from './images-schemas.ts'

const hourMs = 3600_000

/**
 * Returns the path of a link that is valid for four to five hours. The path stays the same within an hour, so that browsers can cache the
 * copy.
 */
export async function copyPath(
  { copyLinks, now }: Services,
  { host }: TenantRuntime,
  name: PhotoName,
): Promise<string> {
  const expiresAt = new Date((Math.floor(now() / hourMs) + 5) * hourMs)
  const token = await copyLinks.sign(host, 'root', name, expiresAt)
  return `/api/images/${encodeURIComponent(name)}/copy?token=${token}`
}

export function copyRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('viewer', services, {
    method: 'get',
    path: '/api/images/{filename}/copy',
    operationId: 'getCopy',
    summary: 'A photo in full size, by a signed link',
    tags: ['photos'],
    errors: [...photoErrors, ...pictureErrors, 'link_expired'],
    description: 'Target of `temp_url` for visitors. The media type follows the content, not the file name.',
    request: { params: filenameParameter, query: linkQuery },
    responses: {
      200: {
        description:
          'The original’s picture in full size, without metadata but with the photographer’s credit. With a watermark: a JPEG of at most 4,096 pixels',
        content: { 'image/jpeg': {}, 'image/png': {}, 'image/webp': {} },
      },
      304: { description: 'Unchanged since the given entity tag' },
    },
  })
  app.openapi(route, async (c) => {
    const runtime = runtimeOf(c.env)
    const name = parsePhotoName(c.req.valid('param').filename)
    const folder = await services.copyLinks.verify(c.req.valid('query').token, runtime.host, name)
    const { waitUntil } = c.env.connection
    const copy = await openCopy(
      services,
      runtime,
      { requestId: c.env.requestId, waitUntil },
      { folder, name, ifNoneMatch: c.req.header('if-none-match') },
    )
    runtime.previews().care(waitUntil)
    c.header('etag', copy.etag)
    c.header('accept-ranges', 'none')
    const scope = runtime.config.features.auto_view_enabled ? 'public' : 'private'
    c.header('cache-control', `${scope}, max-age=3600`)
    if (copy.status === 'not_modified') return c.body(null, 304)
    c.header('content-type', copy.mediaType)
    c.header('content-disposition', inlineAs(name))
    if (c.req.method !== 'HEAD') return c.body(copy.body, 200)
    await copy.body.cancel()
    return c.body(null, 200)
  })
}

/** Opens the copy. Makes and remembers the copy of a gallery with a watermark like a thumbnail. */
async function openCopy(
  services: Services,
  runtime: TenantRuntime,
  context: WorkContext,
  { folder, name, ifNoneMatch }: { folder: Folder; name: PhotoName; ifNoneMatch: string | undefined },
): Promise<VisitorCopy> {
  const originals = copyTools(services, runtime, context)
  if (!wantsWatermark(runtime.config.content.watermark)) {
    return openVisitorCopy(originals, folder, name, ifNoneMatch)
  }
  const isPublic = runtime.config.features.auto_view_enabled && folder === 'root'
  const tools = await thumbnailTools(services, runtime, context, isPublic)
  return openMarkedCopy(tools, originals, folder, name, ifNoneMatch)
}

/** Returns a `Content-Disposition` that shows the photo in the browser and saves it under its name (RFC 6266, RFC 8187). */
export function inlineAs(name: PhotoName): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16)}`,
  )
  return `inline; filename*=UTF-8''${encoded}`
}
