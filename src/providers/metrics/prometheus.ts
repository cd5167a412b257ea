/** Metrics by prom-client, in the text format of Prometheus. docs/operations/monitoring.md says what each one tells. */
import { Registry } from 'prom-client'
import { platforms } from '../../contract/platform.ts'
import { type Metrics, redisFailures, uncaughtKinds } from '../../ports/metrics.ts'
import { createCounts } from './prometheus/counts.ts'
import { createGauges } from './prometheus/gauges.ts'

export interface PrometheusOptions {
  /**
   * Names this process in every series: behind one address that several processes share, each scrape meets another one, and their
   * counters must not be taken for one.
   */
  process: string
  /** Vendors that breakers may name, for whom the counters start at 0. Default: none. */
  vendors?: readonly string[]
  /** Adds what only this kind of host can tell. */
  addTo?: (registry: Registry) => void
}

/** Makes the metrics of one process. */
export function createPrometheusMetrics({ process, vendors = [], addTo }: PrometheusOptions): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ process })
  addTo?.(registry)
  const counts = createCounts(registry)
  // A counter that appears with its first event shows no increase to Prometheus; alerts wait for these first ones.
  counts.problems.inc({ code: 'internal_error' }, 0)
  for (const kind of uncaughtKinds) counts.uncaught.inc({ kind }, 0)
  for (const kind of redisFailures) counts.redis.inc({ kind }, 0)
  for (const platform of platforms) counts.published.inc({ platform, outcome: 'unknown' }, 0)
  for (const vendor of vendors) counts.breakers.inc({ vendor, state: 'open' }, 0)

  return {
    answered({ method, route, status, seconds }) {
      counts.requests.inc({ method, route, status })
      counts.requestSeconds.observe({ route }, seconds)
    },
    refused: (code) => counts.problems.inc({ code }),
    resolved: (source) => counts.resolutions.inc({ source }),
    called({ to, operation, outcome, seconds }) {
      if (to === 'orchestrator') {
        counts.orchestratorCalls.inc({ operation, outcome })
        counts.orchestratorSeconds.observe({ operation }, seconds)
      } else {
        counts.vendorCalls.inc({ vendor: to, operation, outcome })
        counts.vendorSeconds.observe({ vendor: to, operation }, seconds)
      }
    },
    rejected: (vendor, reason) => counts.rejections.inc({ vendor, reason }),
    breakerChanged: (vendor, state) => counts.breakers.inc({ vendor, state }),
    published: (platform, outcome) => counts.published.inc({ platform, outcome }),
    logged(level, msg) {
      if (level === 'warn' || level === 'error') counts.logLines.inc({ level, msg })
    },
    uncaught: (kind) => counts.uncaught.inc({ kind }),
    redisFailed: (kind) => counts.redis.inc({ kind }),
    watch: createGauges(registry),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}
