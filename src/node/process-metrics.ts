/** Metrics of a Node process, including its memory, event loop and garbage collection. */
import { collectDefaultMetrics } from 'prom-client'
import type { Metrics } from '../ports/metrics.ts'
import { createPrometheusMetrics } from '../providers/metrics/prometheus.ts'
import { vendors } from '../providers/registry.ts'

/**
 * Creates the metrics of a Node process. `dyno` is the platform's name for the process. Each start adds a random suffix, since two
 * processes share a name while a release takes over (Heroku's preboot).
 */
export function createNodeMetrics(dyno: string | undefined): Metrics {
  return createPrometheusMetrics({
    process: [dyno, crypto.randomUUID().slice(0, 8)].filter(Boolean).join(':'),
    vendors,
    addTo: (register) => collectDefaultMetrics({ register }),
  })
}
