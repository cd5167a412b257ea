/** Health checks, on any host and without a tenant. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Services } from '../../runtime/services.ts'
import type { AppEnv } from '../exchange.ts'
import { guardFor, json, routeFor } from '../route.ts'

const healthSchema = z.object({ status: z.literal('ok') }).openapi('Health')
const readinessSchema = z
  .object({ status: z.literal('ok'), mode: z.enum(['orchestrator', 'file']) })
  .openapi('Readiness')
const notReadySchema = z.object({ status: z.literal('not_ready'), reason: z.string() }).openapi('NotReady')

type Readiness = Awaited<ReturnType<Services['source']['check']>>

/** Time to reuse an answer of the orchestrator, since any client may ask for readiness at any rate. */
const freshForMs = 1000

const healthPaths = ['/health', '/health/live', '/health/traffic', '/health/ready'] as const

/** Checks if the path is a health check, which load balancers send to any host or none. */
export function isHealthPath(path: string): boolean {
  return path.startsWith('/health') && healthPaths.some((known) => known === path)
}

export function healthRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const alive = (path: '/health' | '/health/live', operationId: string) =>
    routeFor('anyone', services, {
      method: 'get',
      path,
      operationId,
      summary: 'Liveness of the process',
      tags: ['operations'],
      responses: { 200: json(healthSchema, 'The process answers') },
    })
  const live = (c: Context<AppEnv>) => c.json({ status: 'ok' as const }, 200)
  app.openapi(alive('/health', 'getHealth'), live)
  app.openapi(alive('/health/live', 'getLiveness'), live)

  // A process whose orchestrator is unavailable still serves known tenants, so it stays in the rotation.
  const trafficRoute = routeFor('anyone', services, {
    method: 'get',
    path: '/health/traffic',
    operationId: 'getTrafficReadiness',
    summary: 'Readiness for traffic',
    tags: ['operations'],
    responses: {
      200: json(healthSchema, 'Load balancers may send requests here'),
      503: json(notReadySchema, 'The process is shutting down (`draining`)'),
    },
  })
  const traffic = (c: Context<AppEnv>) =>
    services.isDraining?.() ? c.json(draining, 503) : c.json({ status: 'ok' as const }, 200)
  app.openapi(trafficRoute, traffic)

  const readiness = readinessCheck(services)
  const readyRoute = routeFor('anyone', services, {
    method: 'get',
    path: '/health/ready',
    operationId: 'getReadiness',
    summary: 'Readiness of the configuration source',
    tags: ['operations'],
    responses: {
      200: json(readinessSchema, 'Configurations can be read'),
      503: json(
        notReadySchema,
        'Configurations cannot be read, or the process is shutting down (`draining`)',
      ),
    },
  })
  const ready = async (c: Context<AppEnv>) => {
    // A draining process is not ready, even if the orchestrator answers.
    if (services.isDraining?.()) return c.json(draining, 503)
    const found = await readiness()
    return found.ready
      ? c.json({ status: 'ok' as const, mode: services.source.kind }, 200)
      : c.json({ status: 'not_ready' as const, reason: found.reason }, 503)
  }
  app.openapi(readyRoute, ready)

  // HAProxy sends OPTIONS if its `option httpchk` names no method, and reads only the status.
  const checks = [live, live, traffic, ready] as const
  for (const [index, path] of healthPaths.entries()) {
    const check = checks[index] ?? live
    app.on('OPTIONS', path, guardFor('anyone', services), (c) => check(c))
  }
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
