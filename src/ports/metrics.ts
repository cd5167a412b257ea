/**
 * What a process tells of its own work, for the operator. Every word that is handed over comes from the program's own code: no tenant,
 * host, path, address or text of people, for strangers invent those without end (docs/operations/monitoring.md).
 */
import type { ErrorCode } from '../base/error-codes.ts'

/** Where a request's configuration came from. */
export type Resolution =
  /** From memory. */
  | 'hit'
  /** From memory, and it was due for a check, which goes on in the background. */
  | 'stale'
  /** The host was known to be nobody's. */
  | 'negative'
  /** From the shared store. */
  | 'kv'
  /** The orchestrator had to be waited for. */
  | 'miss'
  /** It could not be had. */
  | 'failed'

export interface AnsweredRequest {
  /** An HTTP method, or `other`. */
  method: string
  /** The pattern of the route, `/api/images/:filename`; `none` where the request was answered before one was found. */
  route: string
  status: number
  /** Until the answer's head was ready; bodies that stream take longer. */
  seconds: number
}

/** Outcome of a call: `ok`, a code of src/base/error-codes.ts, a word of the port that was called, or `error` for an unexpected error. */
export type CallOutcome =
  | 'ok'
  | 'error'
  | 'unchanged'
  | 'no_tenant'
  | 'not_ready'
  /** `credentials_unavailable` to the outside, for a reason that is the tenant's. */
  | 'credentials_unknown'
  | ErrorCode

export interface OutgoingCall {
  /** `orchestrator`, or a vendor: `dropbox`, `s3`, `local`, `images`, `openai`, `telegram`, `smtp` ... */
  to: string
  /** A function of the port: `list`, `publish` ... */
  operation: string
  outcome: CallOutcome
  /** Repetitions, their pauses and waiting for a turn included. */
  seconds: number
}

/** What became of a photo on one platform. */
export type PublishOutcome =
  | 'sent'
  | 'duplicate'
  | 'in_progress'
  /** This attempt ended without anybody knowing whether the photo arrived. */
  | 'unknown'
  /** Not tried, because of an earlier attempt of that kind. */
  | 'unknown_before'
  | 'dry_run'
  | 'failed'

/** What is read when somebody looks, and not counted as it happens. */
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
  /** 1 while the connection stands, else 0. Only where there is one to be. */
  | 'redis_up'

/** What reached the process itself; what failed behind an answer; what failed before the program had the request. */
export const uncaughtKinds = ['exception', 'rejection', 'background', 'adapter'] as const
export type UncaughtKind = (typeof uncaughtKinds)[number]

/** No connection, no answer in time, or an answer that is an error. */
export const redisFailures = ['down', 'slow', 'refused'] as const
export type RedisFailure = (typeof redisFailures)[number]

/** No function of it throws or waits. */
export interface Metrics {
  answered(request: AnsweredRequest): void
  /** An answer that was a problem, by its code. */
  refused(code: ErrorCode): void
  resolved(resolution: Resolution): void
  called(call: OutgoingCall): void
  /**
   * A call that was not made, since a circuit breaker or a tenant's own limit stood before the vendor. `vendor` and `reason`
   * come from the program's own code.
   */
  rejected(vendor: string, reason: string): void
  /** A circuit breaker of one tenant and vendor has changed: `open`, `half_open`, `closed`. */
  breakerChanged(vendor: string, state: string): void
  published(platform: string, outcome: PublishOutcome): void
  /** A line of the log. `message` is one of the log reference. */
  logged(level: string, message: string): void
  /** An error that no request could answer for. */
  uncaught(kind: UncaughtKind): void
  /** The shared store had to be done without. */
  redisFailed(kind: RedisFailure): void
  /** `read` is asked whenever somebody looks; several for one level add up. */
  watch(level: Level, read: () => number): void
  /** All of it as text for `GET /metrics`. Left out: this process has no such page. */
  expose?(): Promise<{ contentType: string; text: string }>
}

const nothing = () => undefined

/** Counts nothing and costs nothing. */
export const noMetrics: Metrics = {
  answered: nothing,
  refused: nothing,
  resolved: nothing,
  called: nothing,
  rejected: nothing,
  breakerChanged: nothing,
  published: nothing,
  logged: nothing,
  uncaught: nothing,
  redisFailed: nothing,
  watch: nothing,
}
