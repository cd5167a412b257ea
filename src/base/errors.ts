/**
 * Every error that a person or a program may be told about. Messages are for people, codes for programs; the one
 * place that turns a code into an HTTP status is handlers/problem.ts.
 */

export type ErrorCode =
  | 'invalid_request'
  | 'host_mismatch'
  | 'not_found'
  | 'tenant_not_found'
  | 'photo_not_found'
  | 'no_photos'
  | 'root_missing'
  | 'method_not_allowed'
  | 'not_signed_in'
  | 'sign_in_too_old'
  | 'not_admin'
  | 'invalid_token'
  | 'token_required'
  | 'cross_origin'
  | 'sign_in_unavailable'
  | 'sign_in_expired'
  | 'sign_in_refused'
  | 'https_required'
  | 'feature_disabled'
  | 'managed_elsewhere'
  | 'link_expired'
  | 'insufficient_balance'
  | 'config_unavailable'
  | 'credentials_unavailable'
  | 'credentials_rejected'
  | 'endpoint_refused'
  | 'provider_unavailable'
  | 'storage_unavailable'
  | 'storage_not_atomic'
  | 'sidecar_changed'
  | 'sidecar_unreadable'
  | 'photo_changed'
  | 'already_here'
  | 'ai_refused'
  | 'ai_unusable_answer'
  | 'ai_unavailable'
  | 'publish_refused'
  | 'publish_unavailable'
  | 'publish_outcome_unknown'
  | 'unsupported_media_type'
  | 'request_too_large'
  | 'request_too_slow'
  | 'headers_too_large'
  | 'expectation_failed'
  | 'unsupported_photo'
  | 'photo_unreadable'
  | 'photo_too_large'
  | 'thumbnail_unavailable'
  | 'busy'
  | 'rate_limited'
  | 'internal_error'

export interface ErrorDetails {
  /** What went wrong underneath; logged, never shown. */
  cause?: unknown
  /** How long to wait before trying again; becomes a `Retry-After` header (RFC 9110, section 10.2.3). */
  retryAfterMs?: number | undefined
  /** The vendor could not be reached, did not answer in time, or said that it failed (5xx): whoever asks, it goes wrong. */
  isOutage?: boolean
  /** The photo that is there already, for `already_here`. */
  existing?: ExistingPhoto
}

/** A photo as the library names it: `key` is its name in the root, `archive/` and its name elsewhere. */
export interface ExistingPhoto {
  folder: string
  key: string
}

/** An expected failure with a stable code. `message` is shown to people and therefore never holds a secret. */
export class PublisherError extends Error {
  override readonly name = 'PublisherError'
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined
  readonly isOutage: boolean
  readonly existing: ExistingPhoto | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.retryAfterMs = details.retryAfterMs
    this.isOutage = details.isOutage ?? false
    this.existing = details.existing
  }
}

/** Whether `error` is a {@link PublisherError}, optionally one with this code. */
export function isPublisherError(error: unknown, code?: ErrorCode): error is PublisherError {
  return error instanceof PublisherError && (code === undefined || error.code === code)
}
