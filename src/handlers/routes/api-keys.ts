/** API keys of a gallery. The control plane keeps them, and shows each key once. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Services } from '../../runtime/services.ts'
import type { AppEnv } from '../exchange.ts'
import { requireRecentSignIn } from '../guards.ts'
import { json, routeFor } from '../route.ts'
import { askStudio, changeStudio, studioErrors } from '../studio.ts'
import { createdKeySchema, keysSchema, listedId, newKeySchema } from './settings-schemas.ts'

const path = '/api/settings/keys'
const recent = 'Needs a sign-in from the last 24 hours, otherwise 401 `sign_in_too_old`.'

export function apiKeyRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const read = routeFor('admin', services, {
    method: 'get',
    path,
    operationId: 'listApiKeys',
    summary: 'List the API keys',
    tags: ['studio'],
    errors: [...studioErrors],
    responses: { 200: json(keysSchema, 'The API keys, oldest first') },
  })
  app.openapi(read, async (c) => {
    const { body } = await askStudio(c, services, { method: 'GET', path: '/keys' }, keysSchema)
    return c.json(body, 200)
  })

  const add = routeFor('admin', services, {
    method: 'post',
    path,
    operationId: 'createApiKey',
    summary: 'Create an API key',
    tags: ['studio'],
    errors: [...studioErrors, 'limit_reached', 'sign_in_too_old'],
    description: recent,
    request: { body: { required: true, content: { 'application/json': { schema: newKeySchema } } } },
    responses: { 201: json(createdKeySchema, 'The API key, with its key') },
  })
  app.openapi(add, async (c) => {
    await requireRecentSignIn(c, services)
    const asked = { method: 'POST', path: '/keys', body: c.req.valid('json') } as const
    const { body } = await changeStudio(c, services, asked, createdKeySchema)
    return c.json(body, 201)
  })

  const remove = routeFor('admin', services, {
    method: 'delete',
    path: `${path}/{id}`,
    operationId: 'deleteApiKey',
    summary: 'Delete an API key',
    tags: ['studio'],
    errors: [...studioErrors, 'not_found', 'sign_in_too_old'],
    description: recent,
    request: { params: listedId },
    responses: { 204: { description: 'Deleted' } },
  })
  app.openapi(remove, async (c) => {
    await requireRecentSignIn(c, services)
    const { id } = c.req.valid('param')
    await changeStudio(c, services, { method: 'DELETE', path: `/keys/${id}` }, z.undefined())
    return c.body(null, 204)
  })
}
