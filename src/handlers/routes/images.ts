/** Photos: the list, the random walk, details, thumbnails, and our own links to originals. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { PublisherError } from '../../base/errors.ts'
import { type Folder, mediaType, type PhotoName, parsePhotoName } from '../../ports/photo.ts'
import type { PhotoListing } from '../../ports/storage.ts'
import type { Services } from '../../runtime/services.ts'
import { detailTools, publicationTools } from '../../runtime/workflow-tools.ts'
import { inOrder } from '../../workflow/library.ts'
import { photoDetails, visitorDetails } from '../../workflow/photo-details.ts'
import { publicationsOf } from '../../workflow/publications.ts'
import { nextStep } from '../../workflow/random-walk.ts'
import { makeThumbnail } from '../../workflow/thumbnail.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, pictureErrors, storageErrors } from '../expected-errors.ts'
import { isAdminHere, requireAdmin } from '../guards.ts'
import { json, routeFor } from '../route.ts'
import { copyPath, copyRoute, inlineAs } from './copies.ts'
import {
  captionsAnswer,
  filenameParameter,
  imageListQuery,
  imageListSchema,
  linkQuery,
  type Photo,
  photoQuery,
  photoSchema,
  thumbnailQuery,
} from './images-schemas.ts'

/** In a header, so that the walk's answer stays the photo that it always was. */
const totalHeader = 'x-total-count'
const walkCookie = 'walk'
const walkSeconds = 90 * 24 * 3600
/** A photo may vanish between the listing and its details; then another one is taken. */
const randomTries = 3

export function imageRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const list = routeFor('viewer', services, {
    method: 'get',
    path: '/api/images/list',
    operationId: 'listImages',
    summary: 'Names of all photos in the root',
    tags: ['photos'],
    errors: [...storageErrors],
    request: { query: imageListQuery },
    responses: { 200: json(imageListSchema, 'The names of all photos in the root folder, sorted') },
  })
  app.openapi(list, async (c) => {
    const listing = await runtimeOf(c.env).storage().list('root')
    const filenames = inOrder(listing.photos, c.req.valid('query')).map((photo) => photo.name)
    const missing = listing.isFolderMissing ? await missingRoot(c, listing) : {}
    return c.json({ filenames, count: filenames.length, ...missing }, 200)
  })

  const random = routeFor('viewer', services, {
    method: 'get',
    path: '/api/images/random',
    operationId: 'getRandomImage',
    summary: 'The next photo of a visitor’s walk',
    tags: ['photos'],
    errors: [...photoErrors, 'no_photos', 'root_missing'],
    responses: {
      200: {
        ...json(photoSchema, 'A photo; none repeats for a visitor until all were shown'),
        headers: {
          'X-Total-Count': { description: 'How many photos there are', schema: { type: 'integer' } },
        },
      },
    },
  })
  app.openapi(random, async (c) => {
    for (let attempt = 1; ; attempt++) {
      const names = await runtimeOf(c.env).recentNames({ fresh: attempt > 1 })
      const step = nextStep(names, getCookie(c, walkCookie))
      if (!step) throw await emptyGallery(c)
      try {
        const photo = await detailsOf(c, 'root', step.name)
        rememberWalk(c, step.position)
        c.header(totalHeader, String(names.length))
        return c.json(photo, 200)
      } catch (error) {
        if (attempt === randomTries || !isGone(error)) throw error
      }
    }
  })

  const details = routeFor('viewer', services, {
    method: 'get',
    path: '/api/images/{filename}',
    operationId: 'getImage',
    summary: 'One photo',
    tags: ['photos'],
    errors: [...photoErrors],
    request: { params: filenameParameter, query: photoQuery },
    responses: { 200: json(photoSchema, 'The photo') },
  })
  app.openapi(details, async (c) => {
    const { folder } = c.req.valid('query')
    if (folder !== 'root') await requireAdmin(c, services)
    return c.json(await detailsOf(c, folder, parsePhotoName(c.req.valid('param').filename)), 200)
  })

  async function emptyGallery(c: Context<AppEnv>): Promise<PublisherError> {
    const { missing_folder: folder } = await missingRoot(c)
    return folder === undefined
      ? new PublisherError('no_photos', 'There are no photos in this gallery yet.')
      : new PublisherError(
          'root_missing',
          `The folder ${folder} does not exist. Create it or change the path.`,
        )
  }

  /** Names the root folder to an admin where it does not exist. Visitors see an empty gallery. */
  async function missingRoot(
    c: Context<AppEnv>,
    listing?: PhotoListing,
  ): Promise<{ missing_folder?: string }> {
    if (!(await isAdminHere(c, services))) return {}
    const { storage, config } = runtimeOf(c.env)
    const { isFolderMissing } = listing ?? (await storage().list('root'))
    return isFolderMissing ? { missing_folder: config.storage.paths.root } : {}
  }

  /** The same fields for all; what they hold depends on who asks, which settles `Vary` and `Cache-Control` too. */
  async function detailsOf(c: Context<AppEnv>, folder: Folder, name: PhotoName): Promise<Photo> {
    const runtime = runtimeOf(c.env)
    const tools = detailTools(services, runtime)
    const thumbnail = new URLSearchParams({ size: 'w960h640', ...(folder !== 'root' && { folder }) })
    const thumbnailUrl = (photo: PhotoName) =>
      `/api/images/${encodeURIComponent(photo)}/thumbnail?${thumbnail}`
    if (!(await isAdminHere(c, services))) {
      const photo = await visitorDetails(tools, folder, name)
      return {
        filename: photo.name,
        temp_url: c.env.origin + (await copyPath(services, runtime, photo.name)),
        thumbnail_url: thumbnailUrl(photo.name),
        sha256: null,
        caption: photo.caption,
        alt_text: photo.altText,
        sd_caption: null,
        metadata: photo.metadata,
        has_sidecar: photo.hasSidecar,
      }
    }
    const photo = await photoDetails(tools, folder, name)
    const publications = await publicationsOf(publicationTools(services, runtime, c.env), photo.sha256)
    return {
      filename: photo.name,
      // A store without links of its own gives a path on this host.
      temp_url: new URL(photo.temporaryUrl, c.env.origin).href,
      thumbnail_url: thumbnailUrl(photo.name),
      sha256: photo.sha256,
      caption: photo.caption,
      alt_text: photo.altText,
      captions: captionsAnswer(photo.captions),
      sd_caption: photo.sdCaption,
      metadata: photo.metadata,
      has_sidecar: photo.hasSidecar,
      publications: publications.map(({ platform, status, at, postUrl, error }) => ({
        platform,
        status,
        at: at?.toISOString() ?? null,
        post_url: postUrl,
        error,
      })),
      picture: photo.facts && {
        width: photo.facts.width,
        height: photo.facts.height,
        taken_at: photo.facts.takenAt,
      },
    }
  }

  function rememberWalk(c: Context<AppEnv>, position: string): void {
    setCookie(c, walkCookie, position, {
      path: '/api/images/random',
      httpOnly: true,
      sameSite: 'Lax',
      secure: services.settings.secureCookies,
      maxAge: walkSeconds,
    })
  }

  thumbnailRoute(app, services)
  copyRoute(app, services)
  originalRoute(app, services)
}

function thumbnailRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('viewer', services, {
    method: 'get',
    path: '/api/images/{filename}/thumbnail',
    operationId: 'getThumbnail',
    summary: 'A reduced picture',
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
    // Visitors see the root only: what was removed is not public.
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
    // Others may be waiting for the same thumbnail when this client goes away.
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

function originalRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('link', services, {
    method: 'get',
    path: '/api/images/{filename}/original',
    operationId: 'getOriginal',
    summary: 'The original, by a signed link',
    tags: ['photos'],
    errors: [...photoErrors, 'link_expired'],
    description:
      'The link itself is the permission: `temp_url` that admins get from a store without links of its own.',
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
      // Only an admin is given this link: no cache may give the photo to anyone else.
      'cache-control': 'private, no-store',
      'content-disposition': inlineAs(name),
    }
    if (c.req.method !== 'HEAD') return c.body(body, 200, headers)
    await body.cancel()
    return c.body(null, 200, headers)
  })
}

function isGone(error: unknown): boolean {
  return error instanceof PublisherError && error.code === 'photo_not_found'
}
