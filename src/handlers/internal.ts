/** Calls by the control plane. They prove themselves by a service token and work on any host. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { PublisherError } from '../errors.ts'
import { parseHost } from '../runtime/host.ts'
import type { Services } from '../runtime/services.ts'
import type { AppEnv } from './exchange.ts'
import { routeFor } from './route.ts'
import { invalidateSchema } from './schemas.ts'

export function internalRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { configurations, invalidations, settings, log } = services
  const invalidate = routeFor('service', services, {
    method: 'post',
    path: '/internal/invalidate',
    operationId: 'invalidateHost',
    summary: 'Forget what is cached for a host',
    tags: ['operations'],
    request: { body: { required: true, content: { 'application/json': { schema: invalidateSchema } } } },
    responses: {
      204: {
        description:
          'What was cached for the host is gone in the process that answers, in the shared store, and in every process that shares its Redis. Others (dynos without Redis, other isolates of a Worker) follow at their next check, a tenth of the TTL (15 s at least) after the last one',
      },
      202: {
        description:
          'It is gone in the process that answers; those that share its Redis cannot be told at the moment and will be as soon as possible',
      },
    },
  })
  app.openapi(invalidate, async (c) => {
    const host = parseHost(c.req.valid('json').host, settings.baseDomain)
    if (!host) throw new PublisherError('invalid_request', 'This is no host of this fleet.')
    await configurations.invalidate(host.host)
    const isEverywhere = await invalidations.announce(host.host)
    log.info('configuration invalidated', {
      request_id: c.env.requestId,
      tenant: host.tenant,
      everywhere: isEverywhere,
    })
    return c.body(null, isEverywhere ? 204 : 202)
  })
}
