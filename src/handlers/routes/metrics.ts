/** Metrics of the process in Prometheus' format, on any host and without a tenant. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Services } from '../../runtime/services.ts'
import type { AppEnv } from '../exchange.ts'
import { routeFor } from '../route.ts'

export const metricsPath = '/metrics'

/** Checks if the process serves metrics. Otherwise the path answers like any unknown path. */
export function hasMetrics({ settings, metrics }: Pick<Services, 'settings' | 'metrics'>): boolean {
  return settings.metricsToken !== undefined && metrics.expose !== undefined
}

export function metricsRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  if (!hasMetrics(services)) return
  const route = routeFor('operator', services, {
    method: 'get',
    path: metricsPath,
    operationId: 'getMetrics',
    summary: 'Counters and gauges of the process',
    tags: ['operations'],
    responses: {
      200: {
        description: 'Metrics in Prometheus’ text format',
        content: { 'text/plain': { schema: z.string() } },
      },
    },
  })
  app.openapi(route, async (c) => {
    const { text = '', contentType = 'text/plain' } = (await services.metrics.expose?.()) ?? {}
    return c.text(text, 200, { 'content-type': contentType, 'cache-control': 'no-store' })
  })
}
