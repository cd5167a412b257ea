/** Counters and histograms of one process, by name, help text and labels. docs/operations/monitoring.md explains each. */
import { Counter, Histogram, type Registry } from 'prom-client'

/** Seconds. A warm request takes less than a millisecond; Heroku's router gives up after thirty seconds. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const callBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90]

/** Registers all of them. */
export function createCounts(registry: Registry) {
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers: [registry] })
  const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
    new Histogram({ name, help, labelNames, buckets, registers: [registry] })
  return {
    requests: counter('publisher_http_requests_total', 'Answered requests', 'method', 'route', 'status'),
    requestSeconds: histogram(
      'publisher_http_request_duration_seconds',
      'Time until the head of the answer',
      requestBuckets,
      'route',
    ),
    problems: counter('publisher_problems_total', 'Answers that were a problem', 'code'),
    resolutions: counter('publisher_resolutions_total', 'Where requests’ configurations came from', 'source'),
    orchestratorCalls: counter(
      'publisher_orchestrator_calls_total',
      'Calls to the orchestrator',
      'operation',
      'outcome',
    ),
    orchestratorSeconds: histogram(
      'publisher_orchestrator_call_duration_seconds',
      'Calls to the orchestrator, repetitions included',
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
      'Calls to vendors, repetitions included',
      callBuckets,
      'vendor',
      'operation',
    ),
    rejections: counter(
      'publisher_vendor_rejections_total',
      'Calls to vendors that were not made',
      'vendor',
      'reason',
    ),
    breakers: counter(
      'publisher_breaker_changes_total',
      'Circuit breakers that changed their state',
      'vendor',
      'state',
    ),
    published: counter(
      'publisher_publish_results_total',
      'What became of photos on platforms',
      'platform',
      'outcome',
    ),
    logLines: counter('publisher_log_messages_total', 'Warnings and errors in the log', 'level', 'msg'),
    uncaught: counter('publisher_uncaught_errors_total', 'Errors that no request could answer for', 'kind'),
    redis: counter('publisher_redis_failures_total', 'What had to be done without Redis', 'kind'),
  }
}
