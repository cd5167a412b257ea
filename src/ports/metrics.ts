/**
 * Metrics of a process, for the operator. All labels come from the program's own code, never from a tenant, host, path, address or
 * user text. Clients could invent any number of such values (docs/operations/monitoring.md).
 */
import type { ErrorCode } from '../base/error-codes.ts'
import type { RequestClass } from './storage-requests.ts'

/** Source of a request's configuration. */
export type Resolution =
  /** Memory. */
  | 'hit'
  /** Memory, with a background check because the configuration was due for a check. */
  | 'stale'
  /** Memory: the host is known to have no tenant. */
  | 'negative'
  /** The shared store. */
  | 'kv'
  /** The orchestrator. */
  | 'miss'
  /** The lookup failed. */
  | 'failed'

export interface AnsweredRequest {
  /** An HTTP method, or `other`. */
  method: string
  /** Pattern of the route, such as `/api/images/:filename`; `none` if the request was answered before routing. */
  route: string
  status: number
  /** Time until the head of the response was ready. Streaming the body may take longer. */
  seconds: number
}

/** Outcome of a call: `ok`, an error code (src/base/error-codes.ts), a result of the port, or `error` for an unexpected error. */
export type CallOutcome =
  | 'ok'
  | 'error'
  | 'unchanged'
  | 'no_tenant'
  | 'not_ready'
  /** Clients see `credentials_unavailable`, but the tenant's configuration is the cause. */
  | 'credentials_unknown'
  | ErrorCode

export interface OutgoingCall {
  /** The orchestrator or a vendor: `orchestrator`, `dropbox`, `s3`, `local`, `images`, `openai`, `telegram`, `smtp` ... */
  to: string
  /** Function of the port: `list`, `publish` ... */
  operation: string
  outcome: CallOutcome
  /** Duration, including retries, their pauses, and the wait for a slot. */
  seconds: number
}

/** Outcome of publishing a photo on a platform. */
export type PublishOutcome =
  | 'sent'
  | 'duplicate'
  | 'in_progress'
  /** The attempt ended without evidence that the photo arrived or did not arrive. */
  | 'unknown'
  /** Not attempted, because an earlier attempt has an unknown outcome. */
  | 'unknown_before'
  | 'dry_run'
  | 'failed'

/** Changes of a post that is out. */
export const postChanges = ['retract', 'correct'] as const
export type PostChange = (typeof postChanges)[number]

/** Outcome of changing a post. */
export type ChangeOutcome =
  | 'done'
  /** Not attempted: the post is not out, another change is under way, or the platform does not allow the change. */
  | 'skipped'
  /** The change ended without evidence that it happened or did not happen. */
  | 'unknown'
  | 'failed'

/** Gauges, which are read on each scrape. */
export type Level =
  | 'requests_in_flight'
  | 'configurations'
  | 'unknown_hosts'
  | 'image_original_bytes'
  | 'image_decode_bytes'
  | 'image_tasks_waiting'
  | 'ai_calls_waiting'
  | 'upload_bytes'
  | 'storage_places_waiting'
  | 'ai_places_waiting'
  | 'posts_waiting'
  | 'posted_picture_bytes'
  /** 1 while the connection is up, else 0. Present only if the process uses Redis. */
  | 'redis_up'

/** Kinds of uncaught errors. `background` failed after the response; `adapter` failed before the program got the request. */
export const uncaughtKinds = ['exception', 'rejection', 'background', 'adapter'] as const
export type UncaughtKind = (typeof uncaughtKinds)[number]

/** Kinds of Redis failures: no connection, a timeout, or an error response. */
export const redisFailures = ['down', 'slow', 'refused'] as const
export type RedisFailure = (typeof redisFailures)[number]

/** Receives the metrics of a process. No function except `expose` throws or waits. */
export interface Metrics {
  answered(request: AnsweredRequest): void
  /** Counts an error response by its code. */
  refused(code: ErrorCode): void
  resolved(resolution: Resolution): void
  called(call: OutgoingCall): void
  /** Counts a request to a storage, retries included. `vendor` comes from the program's own code. */
  storageCalled(vendor: string, requestClass: RequestClass): void
  /**
   * Counts a call that a circuit breaker or the tenant's own limit prevented. `vendor` and `reason` come from the program's own
   * code.
   */
  rejected(vendor: string, reason: string): void
  /** Counts a state change of a circuit breaker of a tenant and vendor: `open`, `half_open`, `closed`. */
  breakerChanged(vendor: string, state: string): void
  published(platform: string, outcome: PublishOutcome): void
  /** Counts a change of a post. */
  changed(platform: string, change: PostChange, outcome: ChangeOutcome): void
  /** Counts a line of the log. `message` is listed in the log reference. */
  logged(level: string, message: string): void
  /** Counts an error that could not be reported in a response. */
  uncaught(kind: UncaughtKind): void
  /** Counts a failed call to Redis. The process continues without the shared store. */
  redisFailed(kind: RedisFailure): void
  /** Registers a gauge. `read` runs on each scrape, and several readers of a level add up. */
  watch(level: Level, read: () => number): void
  /** Returns all metrics as text for `GET /metrics`. Absent: this process has no such page. */
  expose?(): Promise<{ contentType: string; text: string }>
}

const nothing = () => undefined

/** Ignores all metrics. */
export const noMetrics: Metrics = {
  answered: nothing,
  refused: nothing,
  resolved: nothing,
  called: nothing,
  storageCalled: nothing,
  rejected: nothing,
  breakerChanged: nothing,
  published: nothing,
  changed: nothing,
  logged: nothing,
  uncaught: nothing,
  redisFailed: nothing,
  watch: nothing,
}
