/** Health: on any host, without a tenant. */
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

/** How long an answer of the orchestrator stands for the next one; strangers may ask for readiness as often as they like. */
const freshForMs = 1000

const healthPaths = ['/health', '/health/live', '/health/traffic', '/health/ready'] as const

/** True for the paths that a load balancer asks, on any host or none. */
export function isHealthPath(path: string): boolean {
  return path.startsWith('/health') && healthPaths.some((known) => known === path)
}

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
  const live = (c: Context<AppEnv>) => c.json({ status: 'ok' as const }, 200)
  app.openapi(alive('/health', 'getHealth'), live)
  app.openapi(alive('/health/live', 'getLiveness'), live)

  // A process that the orchestrator keeps waiting still serves known tenants, so it stays in the rotation.
  const trafficRoute = routeFor('anyone', services, {
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
  const traffic = (c: Context<AppEnv>) =>
    services.isDraining?.() ? c.json(draining, 503) : c.json({ status: 'ok' as const }, 200)
  app.openapi(trafficRoute, traffic)

  const readiness = readinessCheck(services)
  const readyRoute = routeFor('anyone', services, {
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
  const ready = async (c: Context<AppEnv>) => {
    // The state of the orchestrator matters no more here.
    if (services.isDraining?.()) return c.json(draining, 503)
    const found = await readiness()
    return found.ready
      ? c.json({ status: 'ok' as const, mode: services.source.kind }, 200)
      : c.json({ status: 'not_ready' as const, reason: found.reason }, 503)
  }
  app.openapi(readyRoute, ready)

  // HAProxy asks by OPTIONS where its `option httpchk` names no method, and judges by the status.
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
