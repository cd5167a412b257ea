/** Health: on any host, without a tenant. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Services } from '../runtime/services.ts'
import type { AppEnv } from './exchange.ts'
import { json, routeFor } from './route.ts'
import { healthSchema, notReadySchema, readinessSchema } from './schemas.ts'

type Readiness = Awaited<ReturnType<Services['source']['check']>>

/** How long an answer of the orchestrator stands for the next one; strangers may ask for readiness as often as they like. */
const freshForMs = 1000

export function healthRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const alive = (path: '/health' | '/health/live', operationId: string) =>
    routeFor('anyone', services, {
      method: 'get',
      path,
      operationId,
      summary: 'Whether the process answers',
      tags: ['operations'],
      responses: { 200: json(healthSchema, 'The process answers') },
    })
  app.openapi(alive('/health', 'getHealth'), (c) => c.json({ status: 'ok' as const }, 200))
  app.openapi(alive('/health/live', 'getLiveness'), (c) => c.json({ status: 'ok' as const }, 200))

  // Whom the orchestrator keeps waiting can still serve what is known: that is for people to know, not for a router.
  const traffic = routeFor('anyone', services, {
    method: 'get',
    path: '/health/traffic',
    operationId: 'getTrafficReadiness',
    summary: 'Whether requests may be sent here',
    tags: ['operations'],
    responses: {
      200: json(healthSchema, 'Requests may be sent here'),
      503: json(notReadySchema, 'No more: the process is about to end (`draining`)'),
    },
  })
  app.openapi(traffic, (c) =>
    services.isDraining?.() ? c.json(draining, 503) : c.json({ status: 'ok' as const }, 200),
  )

  const readiness = readinessCheck(services)
  const ready = routeFor('anyone', services, {
    method: 'get',
    path: '/health/ready',
    operationId: 'getReadiness',
    summary: 'Whether configurations can be read',
    tags: ['operations'],
    responses: {
      200: json(readinessSchema, 'Configurations can be read'),
      503: json(notReadySchema, 'They cannot, or the process is about to end (`draining`)'),
    },
  })
  app.openapi(ready, async (c) => {
    // Said first: what becomes of the orchestrator matters no more here.
    if (services.isDraining?.()) return c.json(draining, 503)
    const found = await readiness()
    return found.ready
      ? c.json({ status: 'ok' as const, mode: services.source.kind }, 200)
      : c.json({ status: 'not_ready' as const, reason: found.reason }, 503)
  })
}

const draining = { status: 'not_ready' as const, reason: 'draining' }

function readinessCheck({ source, now }: Services): () => Promise<Readiness> {
  let running: Promise<Readiness> | undefined
  let last: { readiness: Readiness; at: number } | undefined
  return async () => {
    if (last && now() - last.at < freshForMs) return last.readiness
    running ??= source.check().finally(() => {
      running = undefined
    })
    const readiness = await running
    last = { readiness, at: now() }
    return readiness
  }
}
