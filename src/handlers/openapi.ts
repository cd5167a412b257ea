/** The API's description of itself, from the schemas that validate it. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Services } from '../runtime/services.ts'
import type { AppEnv } from './exchange.ts'
import { guardFor } from './route.ts'

export function openApiRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'serviceToken', { type: 'http', scheme: 'bearer' })
  let document: ReturnType<typeof app.getOpenAPI31Document> | undefined
  app.get('/openapi.json', guardFor('anyone', services), (c) => {
    document ??= app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Publisher',
        version: '2.0.0',
        description: "One photographer's photos. The host decides whose.",
      },
    })
    return c.json(document)
  })
}
