/** `/openapi.json`: the API description, generated from the schemas that validate requests. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Services } from '../../runtime/services.ts'
import { describeApi } from '../api-description.ts'
import type { AppEnv } from '../exchange.ts'
import { describeRoute, guardFor, routeFor } from '../route.ts'

export function openApiRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('anyone', services, {
    method: 'get',
    path: '/openapi.json',
    operationId: 'getDescription',
    summary: 'OpenAPI description',
    tags: ['page'],
    responses: {
      200: {
        description: 'An OpenAPI 3.1 document',
        content: { 'application/json': { schema: { type: 'object' } } },
      },
    },
  })
  describeRoute(app, route)
  // The text is the same for every tenant, so it is serialized once. That is why the handler is registered by hand.
  let document: string | undefined
  app.get(route.path, guardFor('anyone', services), (c) => {
    document ??= JSON.stringify(describeApi(app, services.settings))
    return c.body(document, 200, { 'content-type': 'application/json' })
  })
}
