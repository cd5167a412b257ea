/** Metrics by prom-client, in the text format of Prometheus. docs/operations/monitoring.md says what each one tells. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { platforms } from '../../contract/platform.ts'
import { type Level, type Metrics, redisFailures, uncaughtKinds } from '../../ports/metrics.ts'

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

/** Seconds. A warm request takes less than a millisecond; Heroku's router gives up after thirty seconds. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const callBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90]

const levels: Readonly<Record<Level, { name: string; help: string }>> = {
  requests_in_flight: { name: 'publisher_requests_in_flight', help: 'Requests that have no answer yet' },
  configurations: { name: 'publisher_configurations', help: 'Configurations in memory' },
  unknown_hosts: { name: 'publisher_unknown_hosts', help: 'Hosts in memory that are known to be nobody’s' },
  image_original_bytes: {
    name: 'publisher_image_original_bytes',
    help: 'Originals in memory for decoding, in bytes',
  },
  image_decode_bytes: {
    name: 'publisher_image_decode_bytes',
    help: 'Estimated memory of running decodes, in bytes',
  },
  image_tasks_waiting: {
    name: 'publisher_image_tasks_waiting',
    help: 'Pictures that wait for room to be decoded',
  },
  ai_calls_waiting: {
    name: 'publisher_ai_calls_waiting',
    help: 'Calls to the AI that wait for their tenant’s allowance',
  },
  redis_up: { name: 'publisher_redis_up', help: 'Whether the connection to Redis stands' },
  upload_bytes: { name: 'publisher_upload_bytes', help: 'Memory that running uploads hold, in bytes' },
  storage_places_waiting: {
    name: 'publisher_storage_places_waiting',
    help: 'Calls to storages that wait for one of their tenant’s places',
  },
  ai_places_waiting: {
    name: 'publisher_ai_places_waiting',
    help: 'Calls to the AI that wait for one of their tenant’s places',
  },
  posts_waiting: {
    name: 'publisher_posts_waiting',
    help: 'Posts that wait for one of their tenant’s places',
  },
  posted_picture_bytes: {
    name: 'publisher_posted_picture_bytes',
    help: 'Pictures of posts that are under way, in bytes',
  },
}

/** Makes the metrics of one process. */
export function createPrometheusMetrics({ process, vendors = [], addTo }: PrometheusOptions): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ process })
  addTo?.(registry)
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers: [registry] })
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ) => new Histogram({ name, help, labelNames, buckets, registers: [registry] })

  const requests = counter('publisher_http_requests_total', 'Answered requests', [
    'method',
    'route',
    'status',
  ])
  const requestSeconds = histogram(
    'publisher_http_request_duration_seconds',
    'Time until the head of the answer',
    ['route'],
    requestBuckets,
  )
  const problems = counter('publisher_problems_total', 'Answers that were a problem', ['code'])
  const resolutions = counter('publisher_resolutions_total', 'Where requests’ configurations came from', [
    'source',
  ])
  const calls = {
    orchestrator: {
      count: counter('publisher_orchestrator_calls_total', 'Calls to the orchestrator', [
        'operation',
        'outcome',
      ]),
      seconds: histogram(
        'publisher_orchestrator_call_duration_seconds',
        'Calls to the orchestrator, repetitions included',
        ['operation'],
        callBuckets,
      ),
    },
    vendor: {
      count: counter('publisher_vendor_calls_total', 'Calls to storages, AI, platforms and image services', [
        'vendor',
        'operation',
        'outcome',
      ]),
      seconds: histogram(
        'publisher_vendor_call_duration_seconds',
        'Calls to vendors, repetitions included',
        ['vendor', 'operation'],
        callBuckets,
      ),
    },
  }
  const rejections = counter('publisher_vendor_rejections_total', 'Calls to vendors that were not made', [
    'vendor',
    'reason',
  ])
  const breakers = counter('publisher_breaker_changes_total', 'Circuit breakers that changed their state', [
    'vendor',
    'state',
  ])
  const published = counter('publisher_publish_results_total', 'What became of photos on platforms', [
    'platform',
    'outcome',
  ])
  const logLines = counter('publisher_log_messages_total', 'Warnings and errors in the log', ['level', 'msg'])
  const uncaught = counter('publisher_uncaught_errors_total', 'Errors that no request could answer for', [
    'kind',
  ])
  const redis = counter('publisher_redis_failures_total', 'What had to be done without Redis', ['kind'])
  // A counter that appears with its first event shows no increase to Prometheus; alerts wait for these first ones.
  problems.inc({ code: 'internal_error' }, 0)
  for (const kind of uncaughtKinds) uncaught.inc({ kind }, 0)
  for (const kind of redisFailures) redis.inc({ kind }, 0)
  for (const platform of platforms) published.inc({ platform, outcome: 'unknown' }, 0)
  for (const vendor of vendors) breakers.inc({ vendor, state: 'open' }, 0)
  const watched = new Map<Level, (() => number)[]>()

  return {
    answered({ method, route, status, seconds }) {
      requests.inc({ method, route, status })
      requestSeconds.observe({ route }, seconds)
    },
    refused: (code) => problems.inc({ code }),
    resolved: (source) => resolutions.inc({ source }),
    called({ to, operation, outcome, seconds }) {
      if (to === 'orchestrator') {
        calls.orchestrator.count.inc({ operation, outcome })
        calls.orchestrator.seconds.observe({ operation }, seconds)
      } else {
        calls.vendor.count.inc({ vendor: to, operation, outcome })
        calls.vendor.seconds.observe({ vendor: to, operation }, seconds)
      }
    },
    rejected: (vendor, reason) => rejections.inc({ vendor, reason }),
    breakerChanged: (vendor, state) => breakers.inc({ vendor, state }),
    published: (platform, outcome) => published.inc({ platform, outcome }),
    logged(level, msg) {
      if (level === 'warn' || level === 'error') logLines.inc({ level, msg })
    },
    uncaught: (kind) => uncaught.inc({ kind }),
    redisFailed: (kind) => redis.inc({ kind }),
    watch(level, read) {
      const readers = watched.get(level)
      if (readers) {
        readers.push(read)
        return
      }
      const all = [read]
      watched.set(level, all)
      new Gauge({
        ...levels[level],
        registers: [registry],
        collect() {
          this.set(all.reduce((sum, one) => sum + one(), 0))
        },
      })
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}
