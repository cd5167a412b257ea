/** Webhooks of a gallery. The control plane keeps them, and shows each signing secret once. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Services } from '../../runtime/services.ts'
import type { AppEnv } from '../exchange.ts'
import { json, routeFor } from '../route.ts'
import { askStudio, changeStudio, studioErrors } from '../studio.ts'
import { createdWebhookSchema, listedId, newWebhookSchema, webhooksSchema } from './settings-schemas.ts'

const path = '/api/settings/webhooks'

export function webhookRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const read = routeFor('admin', services, {
    method: 'get',
    path,
    operationId: 'listWebhooks',
    summary: 'List the webhooks',
    tags: ['studio'],
    errors: [...studioErrors],
    responses: { 200: json(webhooksSchema, 'The webhooks, oldest first') },
  })
  app.openapi(read, async (c) => {
    const { body } = await askStudio(c, services, { method: 'GET', path: '/webhooks' }, webhooksSchema)
    return c.json(body, 200)
  })

  const add = routeFor('admin', services, {
    method: 'post',
    path,
    operationId: 'createWebhook',
    summary: 'Create a webhook',
    tags: ['studio'],
    errors: [...studioErrors, 'limit_reached', 'webhook_refused'],
    request: { body: { required: true, content: { 'application/json': { schema: newWebhookSchema } } } },
    responses: { 201: json(createdWebhookSchema, 'The webhook, with its signing secret') },
  })
  app.openapi(add, async (c) => {
    const asked = { method: 'POST', path: '/webhooks', body: c.req.valid('json') } as const
    const { body } = await changeStudio(c, services, asked, createdWebhookSchema)
    return c.json(body, 201)
  })

  const remove = routeFor('admin', services, {
    method: 'delete',
    path: `${path}/{id}`,
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook',
    tags: ['studio'],
    errors: [...studioErrors, 'not_found'],
    request: { params: listedId },
    responses: { 204: { description: 'Deleted' } },
  })
  app.openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    await changeStudio(c, services, { method: 'DELETE', path: `/webhooks/${id}` }, z.undefined())
    return c.body(null, 204)
  })
}
