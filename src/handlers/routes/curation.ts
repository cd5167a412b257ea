/** Curation: keep, remove, restore, delete. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type PhotoName, parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import type { TenantRuntime } from '../../runtime/tenancy/tenant-runtime.ts'
import {
  assertExists,
  type Curated,
  deletePhoto,
  putAside,
  type Restorable,
  restore,
  restoredFrom,
} from '../../workflow/curation.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors } from '../expected-errors.ts'
import { requireFeature } from '../features.ts'
import { requireRecentSignIn } from '../guards.ts'
import { json, routeFor } from '../route.ts'
import { curatedSchema, restoreSchema } from './curation-schemas.ts'
import { filenameParameter } from './images-schemas.ts'

type Action = 'keep' | 'remove' | 'delete' | 'restore'

export function curationRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const responses = { 200: json(curatedSchema, 'New location of the photo and its sidecar') }
  const request = { params: filenameParameter }

  for (const action of ['keep', 'remove'] as const) {
    const path = `/api/images/{filename}/${action}` as const
    const route = routeFor('admin', services, {
      method: 'post',
      path,
      operationId: `${action}Photo`,
      summary: `Move a photo to the folder \`${action}\``,
      tags: ['photos'],
      errors: [...photoErrors, 'feature_disabled'],
      request,
      responses,
    })
    app.openapi(route, async (c) => {
      const runtime = runtimeOf(c.env)
      requireFeature(runtime, `${action}_enabled`)
      return c.json(await curate(c, action, (name) => putAside(runtime.storage(), name, action)), 200)
    })
  }

  const erase = routeFor('admin', services, {
    method: 'post',
    path: '/api/images/{filename}/delete',
    operationId: 'deletePhoto',
    summary: 'Delete a photo and its sidecar',
    tags: ['photos'],
    errors: [...photoErrors, 'feature_disabled', 'sign_in_too_old'],
    description: 'Cannot be undone. Needs a sign-in from the last 24 hours, otherwise 401 `sign_in_too_old`.',
    request,
    responses,
  })
  app.openapi(erase, async (c) => {
    const runtime = runtimeOf(c.env)
    requireFeature(runtime, 'delete_enabled')
    await requireRecentSignIn(c, services)
    return c.json(await curate(c, 'delete', (name) => erasePhoto(runtime, name)), 200)
  })

  const bringBack = routeFor('admin', services, {
    method: 'post',
    path: '/api/images/{filename}/restore',
    operationId: 'restorePhoto',
    summary: 'Move a photo back to the root',
    tags: ['photos'],
    errors: [...photoErrors],
    description:
      'Undoes keep, remove and archive. Searches `keep`, `remove` and `archive`, unless `from` names the folder.',
    request: {
      ...request,
      body: { required: false, content: { 'application/json': { schema: restoreSchema.nullable() } } },
    },
    responses,
  })
  app.openapi(bringBack, async (c) => {
    const { from } = restoreSchema.parse(c.req.valid('json') ?? {})
    const act = (name: PhotoName) => restore(runtimeOf(c.env).storage(), name, from)
    return c.json(await curate(c, 'restore', act, from), 200)
  })
}

interface Outcome {
  name: PhotoName
  folder: Curated['folder'] | null
}

/** Performs the action. With `content.debug` nothing is moved, and the answer says so. */
async function curate(
  c: Context<AppEnv>,
  action: Action,
  act: (name: PhotoName) => Promise<Outcome>,
  from?: Restorable,
) {
  const name = parsePhotoName(c.req.param('filename') ?? '')
  const runtime = runtimeOf(c.env)
  const preview = runtime.config.content.debug
  const { name: filename, folder } = preview ? await previewOf(runtime, action, name, from) : await act(name)
  return { filename, action, destination_folder: folder, preview_only: preview }
}

const targets = { keep: 'keep', remove: 'remove', restore: 'root', delete: null } as const

/** Returns the outcome without moving anything. Throws `photo_not_found` like the action itself. */
async function previewOf(
  runtime: TenantRuntime,
  action: Action,
  name: PhotoName,
  from?: Restorable,
): Promise<Outcome> {
  if (action === 'restore') await restoredFrom(runtime.storage(), name, from)
  else await assertExists(runtime.storage(), 'root', name)
  return { name, folder: targets[action] }
}

async function erasePhoto(runtime: TenantRuntime, name: PhotoName): Promise<Outcome> {
  await deletePhoto(runtime.storage(), 'root', name)
  return { name, folder: null }
}
