/** The error that a person or a program may be told about. Messages are for people, codes (error-codes.ts) for programs. */
import type { ErrorCode } from './error-codes.ts'

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
