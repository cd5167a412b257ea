/** Counters and histograms of one process, by name, help text and labels. docs/operations/monitoring.md explains each. */
import { Counter, Histogram, type Registry } from 'prom-client'

/** Seconds. A warm request takes less than a millisecond; Heroku's router times out after thirty seconds. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const callBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90]

/** Creates all counters and histograms in the registry. */
export function createCounts(registry: Registry) {
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers: [registry] })
  const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
    new Histogram({ name, help, labelNames, buckets, registers: [registry] })
  return {
    requests: counter(
      'publisher_http_requests_total',
      'Requests by route and status',
      'method',
      'route',
      'status',
    ),
    requestSeconds: histogram(
      'publisher_http_request_duration_seconds',
      'Time until the response headers',
      requestBuckets,
      'route',
    ),
    problems: counter('publisher_problems_total', 'Responses with a problem code', 'code'),
    resolutions: counter(
      'publisher_resolutions_total',
      'Sources of the configurations of requests',
      'source',
    ),
    orchestratorCalls: counter(
      'publisher_orchestrator_calls_total',
      'Calls to the orchestrator',
      'operation',
      'outcome',
    ),
    orchestratorSeconds: histogram(
      'publisher_orchestrator_call_duration_seconds',
      'Calls to the orchestrator, including retries',
      callBuckets,
      'operation',
    ),
    vendorCalls: counter(
      'publisher_vendor_calls_total',
      'Calls to storages, AI, platforms and image services',
      'vendor',
      'operation',
      'outcome',
    ),
    vendorSeconds: histogram(
      'publisher_vendor_call_duration_seconds',
      'Calls to vendors, including retries',
      callBuckets,
      'vendor',
      'operation',
    ),
    storageCalls: counter(
      'publisher_storage_calls_total',
      'Requests to storages by price class',
      'vendor',
      'class',
    ),
    rejections: counter(
      'publisher_vendor_rejections_total',
      'Calls rejected before they reached the vendor',
      'vendor',
      'reason',
    ),
    breakers: counter(
      'publisher_breaker_changes_total',
      'State changes of circuit breakers',
      'vendor',
      'state',
    ),
    ...postCounts(registry),
    logLines: counter('publisher_log_messages_total', 'Warnings and errors in the log', 'level', 'msg'),
    uncaught: counter('publisher_uncaught_errors_total', 'Errors outside of any request', 'kind'),
    redis: counter('publisher_redis_failures_total', 'Failures of Redis', 'kind'),
  }
}

/** Creates the counters of posts. */
function postCounts(registry: Registry) {
  const registers = [registry]
  return {
    changed: new Counter({
      name: 'publisher_post_changes_total',
      help: 'Changes of published posts',
      labelNames: ['platform', 'change', 'outcome'],
      registers,
    }),
    published: new Counter({
      name: 'publisher_publish_results_total',
      help: 'Results of publishing a photo to a platform',
      labelNames: ['platform', 'outcome'],
      registers,
    }),
  }
}
