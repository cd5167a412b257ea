/** Accounts that admins connect: storages, channels, mail and AI. The control plane keeps them. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Services } from '../../runtime/services.ts'
import type { AppEnv } from '../exchange.ts'
import { requireRecentSignIn } from '../guards.ts'
import { json, routeFor } from '../route.ts'
import { askStudio, changeStudio, studioErrors } from '../studio.ts'
import {
  begunSchema,
  connectionsSchema,
  connectSchema,
  endedSchema,
  folderQuery,
  foldersSchema,
  providerParameter,
} from './connections-schemas.ts'

const path = '/api/connections'

export function connectionRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  readRoutes(app, services)
  connectRoute(app, services)
  disconnectRoute(app, services)
}

function readRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const list = routeFor('admin', services, {
    method: 'get',
    path,
    operationId: 'listConnections',
    summary: 'List the accounts that are connected or can be',
    tags: ['studio'],
    errors: [...studioErrors],
    responses: { 200: json(connectionsSchema, 'One entry per provider, without any secret') },
  })
  app.openapi(list, async (c) => {
    const asked = { method: 'GET', path: '/connections' } as const
    return c.json((await askStudio(c, services, asked, connectionsSchema)).body, 200)
  })

  const folders = routeFor('admin', services, {
    method: 'get',
    path: `${path}/folders`,
    operationId: 'listStorageFolders',
    summary: 'List folders of the connected storage',
    tags: ['studio'],
    errors: [...studioErrors, 'connection_refused'],
    request: { query: folderQuery },
    responses: { 200: json(foldersSchema, 'The folders directly below the path') },
  })
  app.openapi(folders, async (c) => {
    const query = new URLSearchParams(c.req.valid('query'))
    const asked = { method: 'GET', path: `/folders?${query}` } as const
    return c.json((await askStudio(c, services, asked, foldersSchema)).body, 200)
  })
}

function connectRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const connect = routeFor('admin', services, {
    method: 'post',
    path: `${path}/{provider}`,
    operationId: 'connectAccount',
    summary: 'Connect an account',
    tags: ['studio'],
    errors: [...studioErrors, 'not_found', 'connection_refused'],
    description:
      'With values, tries them at the vendor and keeps them. Without, answers the address of the vendor. Afterwards the browser returns to `/settings`.',
    request: {
      params: providerParameter,
      body: { required: false, content: { 'application/json': { schema: connectSchema.nullable() } } },
    },
    responses: { 200: json(begunSchema, 'The next page, or the new connection') },
  })
  app.openapi(connect, async (c) => {
    const { provider } = c.req.valid('param')
    // Only this host may be the place of return.
    const body = { ...c.req.valid('json'), return_to: `${c.env.origin}/settings` }
    const asked = { method: 'POST', path: `/connections/${provider}`, body } as const
    return c.json((await changeStudio(c, services, asked, begunSchema)).body, 200)
  })
}

function disconnectRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const disconnect = routeFor('admin', services, {
    method: 'delete',
    path: `${path}/{provider}`,
    operationId: 'disconnectAccount',
    summary: 'Disconnect an account',
    tags: ['studio'],
    errors: [...studioErrors, 'not_found', 'connection_refused', 'sign_in_too_old'],
    description:
      'Ends the access at the vendor where possible, then forgets it. Needs a sign-in from the last 24 hours, otherwise 401 `sign_in_too_old`.',
    request: { params: providerParameter },
    responses: { 200: json(endedSchema, 'Disconnected') },
  })
  app.openapi(disconnect, async (c) => {
    await requireRecentSignIn(c, services)
    const { provider } = c.req.valid('param')
    const asked = { method: 'DELETE', path: `/connections/${provider}` } as const
    return c.json((await changeStudio(c, services, asked, endedSchema)).body, 200)
  })
}
