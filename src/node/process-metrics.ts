/** What only Node can tell of itself: memory, event loop, collections of garbage. */
import { collectDefaultMetrics } from 'prom-client'
import type { Metrics } from '../ports/metrics.ts'
import { createPrometheusMetrics } from '../providers/metrics/prometheus.ts'
import { vendors } from '../providers/registry.ts'

/**
 * Makes the metrics of a process of Node. `dyno` names it, where the platform gives it a name; each start is another process all the
 * same, since two may bear one name at once while a release takes over (Heroku's preboot).
 */
export function createNodeMetrics(dyno: string | undefined): Metrics {
  return createPrometheusMetrics({
    process: [dyno, crypto.randomUUID().slice(0, 8)].filter(Boolean).join(':'),
    vendors,
    addTo: (register) => collectDefaultMetrics({ register }),
  })
}
