/** The library: an admin's list of the files, moves and deletions. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { PublisherError } from '../../base/errors.ts'
import { type Folder, folders, type PhotoName, parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import type { TenantRuntime } from '../../runtime/tenancy/tenant-runtime.ts'
import { assertExists, deletePhoto } from '../../workflow/curation.ts'
import { keyOf, listLibrary } from '../../workflow/library.ts'
import { photoVersion } from '../../workflow/photo-version.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, storageErrors } from '../expected-errors.ts'
import { requireFeature } from '../features.ts'
import { requireRecentSignIn } from '../guards.ts'
import { json, routeFor } from '../route.ts'
import { formatCursor } from './library-cursor.ts'
import {
  deletedSchema,
  libraryKeyParameter,
  libraryPageSchema,
  libraryQuery,
  movedSchema,
  moveSchema,
} from './library-schemas.ts'

export function libraryRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  listRoute(app, services)
  deleteRoute(app, services)
  moveRoute(app, services)
}

function listRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'get',
    path: '/api/library/objects',
    operationId: 'listLibraryObjects',
    summary: 'List one page of a folder',
    tags: ['library'],
    errors: [...storageErrors, 'feature_disabled'],
    request: { query: libraryQuery },
    responses: { 200: json(libraryPageSchema, 'One page of a folder’s photos') },
  })
  app.openapi(route, async (c) => {
    const runtime = libraryOf(c)
    const { prefix, q, cursor, offset, limit, sort, order } = c.req.valid('query')
    const [folder, namePrefix] = splitKey(prefix)
    const place = offset === 0 && cursor ? cursor : { order: { sort, order } }
    const page = await listLibrary(runtime.viewing(c.env.connection.waitUntil), {
      ...place.order,
      ...('after' in place && { after: place.after }),
      folder,
      prefix: namePrefix,
      search: q,
      offset,
      limit,
    })
    const { index, care } = runtime.previews()
    const placeholders = await index.placeholders(page.photos)
    care(c.env.connection.waitUntil)
    return c.json(
      {
        objects: page.photos.map((photo, at) => ({
          key: keyOf(folder, photo.name),
          version: photoVersion(photo),
          placeholder: placeholders[at] ?? null,
          size: photo.size,
          last_modified: photo.modifiedAt.toISOString(),
        })),
        cursor: page.end && formatCursor(place.order, page.end),
        total_in_window: page.total,
        truncated: page.end !== null,
        // Other folders are created with their first photo, so an absent folder is normal.
        ...(folder === 'root' &&
          page.isFolderMissing && { missing_folder: runtime.config.storage.paths.root }),
      },
      200,
    )
  })
}

function deleteRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'delete',
    path: '/api/library/objects/{filename}',
    operationId: 'deleteLibraryObject',
    summary: 'Delete a photo of any folder',
    tags: ['library'],
    errors: [...photoErrors, 'feature_disabled', 'sign_in_too_old'],
    description: 'Cannot be undone. Needs a sign-in from the last 24 hours, otherwise 401 `sign_in_too_old`.',
    request: { params: libraryKeyParameter },
    responses: { 200: json(deletedSchema, 'The deleted photo') },
  })
  app.openapi(route, async (c) => {
    const runtime = libraryOf(c)
    requireFeature(runtime, 'delete_enabled')
    await requireRecentSignIn(c, services)
    const [folder, name] = parseKey(c.req.valid('param').filename)
    if (runtime.config.content.debug) {
      await assertExists(runtime.storage(), folder, name)
      return c.json({ deleted: null, sidecar_deleted: false }, 200)
    }
    const { sidecarDeleted } = await deletePhoto(runtime.storage(), folder, name)
    return c.json({ deleted: name, sidecar_deleted: sidecarDeleted }, 200)
  })
}

function moveRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'post',
    path: '/api/library/objects/{filename}/move',
    operationId: 'moveLibraryObject',
    summary: 'Move a photo to another folder',
    tags: ['library'],
    errors: [...photoErrors, 'feature_disabled'],
    request: {
      params: libraryKeyParameter,
      body: { required: true, content: { 'application/json': { schema: moveSchema } } },
    },
    responses: { 200: json(movedSchema, 'New location of the photo and its sidecar') },
  })
  app.openapi(route, async (c) => {
    const runtime = libraryOf(c)
    const [from, name] = parseKey(c.req.valid('param').filename)
    const { target_folder: to } = c.req.valid('json')
    if (from === to) throw new PublisherError('invalid_request', 'The photo is already in that folder.')
    if (runtime.config.content.debug) {
      await assertExists(runtime.storage(), from, name)
      return c.json({ moved: null, destination: to, key: keyOf(to, name) }, 200)
    }
    const moved = await runtime.storage().move(name, from, to)
    return c.json({ moved: name, destination: to, key: keyOf(to, moved) }, 200)
  })
}

/** Returns the tenant's runtime. Throws `feature_disabled` if the library is off. */
export function libraryOf(c: Context<AppEnv>): TenantRuntime {
  const runtime = runtimeOf(c.env)
  requireFeature(runtime, 'library_enabled')
  return runtime
}

/** Splits a {@link keyOf} into folder and name. */
function parseKey(key: string): [Folder, PhotoName] {
  const [folder, name] = splitKey(key)
  return [folder, parsePhotoName(name)]
}

/** Splits a key at its folder, which may stand alone, with or without a slash. */
function splitKey(key: string): [Folder, string] {
  const [first = '', ...rest] = key.split('/')
  const folder = folderNames.get(first)
  return folder === undefined ? ['root', key] : [folder, rest.join('/')]
}

/** Folders by the first part of a key. `reject` is the usual path of the folder for removed photos. */
const folderNames: ReadonlyMap<string, Folder> = new Map([
  ...folders.map((folder) => [folder, folder] as const),
  ['reject', 'remove'],
])
