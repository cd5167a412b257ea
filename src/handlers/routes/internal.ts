/** Calls of the control plane, on any host, with a service token. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { PublisherError } from '../../base/errors.ts'
import { emailSchema } from '../../contract/email.ts'
import { parseHost } from '../../contract/host.ts'
import { signInOff } from '../../openid/errors.ts'
import type { Services } from '../../runtime/services.ts'
import { audit } from '../audit.ts'
import type { AppEnv } from '../exchange.ts'
import { routeFor } from '../route.ts'

const invalidateSchema = z.object({ host: z.string().min(1).max(300) }).openapi('Invalidate')

/** Form of the addresses that {@link emailSchema} accepts. */
const emailForm = { type: 'string', maxLength: 254, pattern: '^[!-?A-~]+@[!-?A-~]+$' } as const

const endSessionsSchema = z
  .object({
    email: z
      .string()
      .openapi({ ...emailForm, examples: ['person@example.org'] })
      .pipe(emailSchema),
  })
  .openapi('EndSessions')

export function internalRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  invalidateRoute(app, services)
  endSessionsRoute(app, services)
}

function invalidateRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { configurations, photoChanges, invalidations, settings, log } = services
  const invalidate = routeFor('service', services, {
    method: 'post',
    path: '/internal/invalidate',
    operationId: 'invalidateHost',
    summary: 'Invalidate the cached configuration of a host',
    tags: ['operations'],
    request: { body: { required: true, content: { 'application/json': { schema: invalidateSchema } } } },
    responses: {
      204: {
        description:
          'Invalidated in this process, in the shared store, and in every process with the same Redis. Other processes (dynos without Redis, other isolates of a Worker) follow at their next check. They check after a tenth of the TTL, but at most every 15 s',
      },
      202: {
        description:
          'Invalidated in this process. Redis is unreachable, so the other processes follow as soon as Redis is back',
      },
    },
  })
  app.openapi(invalidate, async (c) => {
    const host = parseHost(c.req.valid('json').host, settings.baseDomain)
    if (!host) throw new PublisherError('invalid_request', 'Unknown host.')
    await configurations.invalidate(host.host)
    photoChanges.hear(host.host)
    const isEverywhere = await invalidations.announce(host.host)
    log.info('configuration invalidated', {
      request_id: c.env.requestId,
      tenant: host.tenant,
      everywhere: isEverywhere,
    })
    return c.body(null, isEverywhere ? 204 : 202)
  })
}

/** Ends all sessions of a person, for example after a cookie was stolen (docs/operations/incidents.md). */
function endSessionsRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { signIn } = services
  const end = routeFor('service', services, {
    method: 'post',
    path: '/internal/sessions/end',
    operationId: 'endSessionsOfPerson',
    summary: 'End all sessions of a person',
    tags: ['operations'],
    errors: ['sign_in_unavailable'],
    description:
      'Ends all sessions of the person with this e-mail address, on all hosts. Signing in again works at once, unless the identity provider blocks the person.',
    request: { body: { required: true, content: { 'application/json': { schema: endSessionsSchema } } } },
    responses: {
      204: {
        description: 'Ended in this process. Every process with the same Redis or KV follows within a minute',
      },
      202: {
        description:
          'Ended in this process. The shared store is unreachable and will be updated as soon as possible',
      },
    },
  })
  app.openapi(end, async (c) => {
    if (!signIn) throw signInOff()
    const { email } = c.req.valid('json')
    const isShared = await signIn.endings.endPerson(email)
    const details = { person: email, shared: isShared }
    audit(c.env, services, { action: 'POST /internal/sessions/end', outcome: 'ok', who: null, details })
    return c.body(null, isShared ? 204 : 202)
  })
}
