/** Metrics in the text format of Prometheus, by prom-client. docs/operations/monitoring.md explains each metric. */
import { Registry } from 'prom-client'
import { platforms } from '../../contract/platform.ts'
import { type Metrics, redisFailures, uncaughtKinds } from '../../ports/metrics.ts'
import { createCounts } from './prometheus/counts.ts'
import { createGauges } from './prometheus/gauges.ts'

export interface PrometheusOptions {
  /**
   * Label of this process in every series. Scrapes of an address that several processes share reach a different process each time, and
   * Prometheus must not mix up their counters.
   */
  process: string
  /** Vendors whose breaker counters start at 0. Default: none. */
  vendors?: readonly string[]
  /** Adds metrics of this kind of host. */
  addTo?: (registry: Registry) => void
}

/** Creates the metrics of one process. */
export function createPrometheusMetrics({ process, vendors = [], addTo }: PrometheusOptions): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ process })
  addTo?.(registry)
  const counts = createCounts(registry)
  // Start at 0: Prometheus sees no increase in a counter that appears with its first event, and alerts would miss that event.
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
    storageCalled: (vendor, requestClass) => counts.storageCalls.inc({ vendor, class: requestClass }),
    rejected: (vendor, reason) => counts.rejections.inc({ vendor, reason }),
    breakerChanged: (vendor, state) => counts.breakers.inc({ vendor, state }),
    published: (platform, outcome) => counts.published.inc({ platform, outcome }),
    changed: (platform, change, outcome) => counts.changed.inc({ platform, change, outcome }),
    logged(level, msg) {
      if (level === 'warn' || level === 'error') counts.logLines.inc({ level, msg })
    },
    uncaught: (kind) => counts.uncaught.inc({ kind }),
    redisFailed: (kind) => counts.redis.inc({ kind }),
    watch: createGauges(registry),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}
