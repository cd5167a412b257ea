/** Photos for viewers: the list, the random walk, a single photo. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { PublisherError } from '../../base/errors.ts'
import { type Folder, type PhotoName, parsePhotoName } from '../../ports/photo.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import type { Services } from '../../runtime/services.ts'
import { inOrder } from '../../workflow/library.ts'
import { photoVersion } from '../../workflow/photo-version.ts'
import { nextShown } from '../../workflow/random-walk.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, storageErrors } from '../expected-errors.ts'
import { isAdminHere, requireAdmin } from '../guards.ts'
import { json, routeFor } from '../route.ts'
import {
  filenameParameter,
  imageListQuery,
  imageListSchema,
  photoQuery,
  photoSchema,
} from './images-schemas.ts'
import { photoAnswer } from './photo-answer.ts'

/** Header with the number of photos. Clients expect the body to be the photo alone. */
const totalHeader = 'x-total-count'
const walkCookie = 'walk'
const walkSeconds = 90 * 24 * 3600
/** Attempts to find a photo: a listed photo may vanish before its details are read. */
const randomTries = 3

export function imageRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  listRoute(app, services)
  randomRoute(app, services)
  detailsRoute(app, services)
}

function listRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const list = routeFor('viewer', services, {
    method: 'get',
    path: '/api/images/list',
    operationId: 'listImages',
    summary: 'Names of all photos in the root folder',
    tags: ['photos'],
    errors: [...storageErrors],
    request: { query: imageListQuery },
    responses: { 200: json(imageListSchema, 'The sorted names') },
  })
  app.openapi(list, async (c) => {
    const { index, care } = runtimeOf(c.env).previews()
    // Reads the index beside the listing, so that a first list waits for one answer of the storage only.
    const [listing] = await Promise.all([viewingOf(c).list('root'), index.isRecent()])
    const photos = inOrder(listing.photos, c.req.valid('query'))
    const filenames = photos.map(({ name }) => name)
    const versions = photos.map(photoVersion)
    const missing = listing.isFolderMissing ? await missingRoot(c, services) : {}
    const placeholders = await index.placeholders(photos)
    care(c.env.connection.waitUntil)
    return c.json({ filenames, versions, placeholders, count: filenames.length, ...missing }, 200)
  })
}

function randomRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const random = routeFor('viewer', services, {
    method: 'get',
    path: '/api/images/random',
    operationId: 'getRandomImage',
    summary: 'Next photo of a visitor’s random walk',
    tags: ['photos'],
    errors: [...photoErrors, 'no_photos', 'root_missing'],
    responses: {
      200: {
        ...json(photoSchema, 'A photo. No photo repeats for a visitor until all were shown'),
        headers: {
          'X-Total-Count': {
            description: 'Number of photos in the root folder',
            schema: { type: 'integer' },
          },
        },
      },
    },
  })
  app.openapi(random, async (c) => {
    const { photographer } = runtimeOf(c.env).previews()
    for (let attempt = 1; ; attempt++) {
      const listing = await viewingOf(c).list('root')
      const step = await nextShown(listing, getCookie(c, walkCookie), photographer)
      if (!step) throw await emptyGallery(c, services)
      try {
        const photo = await photoAnswer(c, services, 'root', step.name)
        rememberWalk(c, services, step.position)
        c.header(totalHeader, String(listing.photos.length))
        return c.json(photo, 200)
      } catch (error) {
        if (attempt === randomTries || !isGone(error)) throw error
        services.photoChanges.hear(runtimeOf(c.env).host)
      }
    }
  })
}

function detailsRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
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
    const { folder, embedded } = c.req.valid('query')
    if (folder !== 'root' || embedded) await requireAdmin(c, services)
    const name = parsePhotoName(c.req.valid('param').filename)
    if (embedded) await learnWords(c, folder, name)
    return c.json(await photoAnswer(c, services, folder, name), 200)
  })
}

/** Looks for words inside the photo, unless they are known. Throws the errors of the storage. */
async function learnWords(c: Context<AppEnv>, folder: Folder, name: PhotoName): Promise<void> {
  const { photographer } = runtimeOf(c.env).previews()
  const entry = await viewingOf(c).stat(folder, name)
  if (entry && !(await photographer.isKnown(entry))) await photographer.learn(folder, entry)
}

async function emptyGallery(c: Context<AppEnv>, services: Services): Promise<PublisherError> {
  const { missing_folder: folder } = await missingRoot(c, services)
  return folder === undefined
    ? new PublisherError('no_photos', 'There are no photos in this gallery yet.')
    : new PublisherError('root_missing', `The folder ${folder} does not exist. Create it or change the path.`)
}

/** Names the root folder to an admin if the folder does not exist. Visitors see an empty gallery. */
async function missingRoot(c: Context<AppEnv>, services: Services): Promise<{ missing_folder?: string }> {
  if (!(await isAdminHere(c, services))) return {}
  const { isFolderMissing } = await viewingOf(c).list('root')
  return isFolderMissing ? { missing_folder: runtimeOf(c.env).config.storage.paths.root } : {}
}

function viewingOf({ env }: Context<AppEnv>): PhotoStore {
  return runtimeOf(env).viewing(env.connection.waitUntil)
}

function rememberWalk(c: Context<AppEnv>, { settings }: Services, position: string): void {
  setCookie(c, walkCookie, position, {
    path: '/api/images/random',
    httpOnly: true,
    sameSite: 'Lax',
    secure: settings.secureCookies,
    maxAge: walkSeconds,
  })
}

function isGone(error: unknown): boolean {
  return error instanceof PublisherError && error.code === 'photo_not_found'
}
