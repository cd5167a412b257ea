/** Settings that admins read and change. The control plane keeps them. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Services } from '../../runtime/services.ts'
import type { AppEnv } from '../exchange.ts'
import { json, routeFor } from '../route.ts'
import { askStudio, changeStudio, type Passed, studioErrors } from '../studio.ts'
import { settingsAnswerSchema, settingsPatchSchema } from './settings-schemas.ts'

const path = '/api/settings'
const etag = {
  ETag: { description: 'Version of the settings, for `If-Match`', schema: { type: 'string' as const } },
}

export function settingsRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const read = routeFor('admin', services, {
    method: 'get',
    path,
    operationId: 'getSettings',
    summary: 'Settings that an admin may change',
    tags: ['studio'],
    errors: [...studioErrors],
    responses: { 200: { ...json(settingsAnswerSchema, 'The settings'), headers: etag } },
  })
  app.openapi(read, async (c) => {
    const asked = { method: 'GET', path: '/settings' } as const
    return c.json(withTag(c, await askStudio(c, services, asked, settingsAnswerSchema)), 200)
  })

  const change = routeFor('admin', services, {
    method: 'patch',
    path,
    operationId: 'changeSettings',
    summary: 'Change settings',
    tags: ['studio'],
    errors: [...studioErrors, 'settings_refused', 'settings_changed', 'version_required'],
    description:
      'Needs `If-Match` with the entity tag of the settings. Another version gets 409 with the newer settings. This process shows a change at once, other processes within seconds.',
    request: {
      body: {
        required: true,
        content: {
          'application/json': { schema: settingsPatchSchema },
          'application/merge-patch+json': { schema: settingsPatchSchema },
        },
      },
    },
    responses: { 200: { ...json(settingsAnswerSchema, 'The changed settings'), headers: etag } },
  })
  app.openapi(change, async (c) => {
    const ifMatch = c.req.header('if-match')
    const asked = { method: 'PATCH', path: '/settings', ifMatch, body: c.req.valid('json') } as const
    return c.json(withTag(c, await changeStudio(c, services, asked, settingsAnswerSchema)), 200)
  })
}

function withTag<T>(c: Context<AppEnv>, { body, etag }: Passed<T>): T {
  if (etag !== null) c.header('etag', etag)
  return body
}
