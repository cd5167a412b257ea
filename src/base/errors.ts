/** Errors that clients may see. Messages are for people, codes (error-codes.ts) for programs. */
import type { ErrorCode } from './error-codes.ts'

export interface ErrorDetails {
  /** Underlying error; logged, never shown. */
  cause?: unknown
  /** Time to wait before a retry; becomes a `Retry-After` header (RFC 9110, section 10.2.3). */
  retryAfterMs?: number | undefined
  /** True when the vendor was unreachable, timed out or answered 5xx, so that other requests would fail too. */
  isOutage?: boolean
  /** The existing photo, for `already_here`. */
  existing?: ExistingPhoto
  /** Further members of the problem document, without any secret. */
  members?: Readonly<Record<string, unknown>>
}

/** Place of an existing photo. `key` is the plain name in the root, otherwise folder and name, such as `archive/x.jpg`. */
export interface ExistingPhoto {
  folder: string
  key: string
}

/** An expected failure with a stable code. People see `message`, so it must never contain a secret. */
export class PublisherError extends Error {
  override readonly name = 'PublisherError'
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined
  readonly isOutage: boolean
  readonly existing: ExistingPhoto | undefined
  readonly members: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.retryAfterMs = details.retryAfterMs
    this.isOutage = details.isOutage ?? false
    this.existing = details.existing
    this.members = details.members ?? {}
  }
}

/** Checks if `error` is a {@link PublisherError}, optionally with this code. */
export function isPublisherError(error: unknown, code?: ErrorCode): error is PublisherError {
  return error instanceof PublisherError && (code === undefined || error.code === code)
}
