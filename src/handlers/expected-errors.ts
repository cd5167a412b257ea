/** Errors that a route can answer with. Its audience, path and input imply most of them; several routes share the groups below. */
import type { ErrorCode } from '../base/error-codes.ts'
import { isTenantFree } from './tenant-free.ts'

/**
 * Callers that a route admits. Requests to `viewer` and `link` routes are rate-limited.
 *
 * - `anyone`: every client.
 * - `viewer`: every client if `auto_view_enabled`, otherwise admins.
 * - `link`: the holder of a signed link, which the route verifies.
 * - `admin`: an admin of the tenant.
 * - `service`: the holder of a service token.
 * - `operator`: the holder of the metrics token.
 */
export type Audience = 'anyone' | 'viewer' | 'link' | 'admin' | 'service' | 'operator'

/** Errors of a tenant's storage and of the credentials for it. */
export const storageErrors: readonly ErrorCode[] = [
  'storage_unavailable',
  'storage_full',
  'credentials_unavailable',
  'credentials_rejected',
  'endpoint_refused',
  'insufficient_balance',
  'provider_unavailable',
  'busy',
]

/** Errors of work on one stored photo. */
export const photoErrors: readonly ErrorCode[] = [...storageErrors, 'photo_not_found']

/** Errors of decoding a picture. */
export const pictureErrors: readonly ErrorCode[] = [
  'unsupported_photo',
  'photo_unreadable',
  'photo_too_large',
  'watermark_unavailable',
]

/** Errors of the AI. */
export const modelErrors: readonly ErrorCode[] = ['ai_refused', 'ai_unusable_answer', 'ai_unavailable']

/** Properties of a route that decide which errors are possible. */
export interface ErrorsOfRoute {
  audience: Audience
  path: string
  /** True when the method is not safe (RFC 9110, section 9.2.1). */
  isChange: boolean
  /** True when the route takes parameters or a body. */
  hasInput: boolean
  hasBody: boolean
  /** True when the process refuses plain HTTP. */
  forceHttps: boolean
  /** Errors of the route's own work. */
  errors: readonly ErrorCode[]
}

const byAudience: Readonly<Record<Audience, readonly ErrorCode[]>> = {
  anyone: [],
  link: ['link_expired'],
  viewer: ['not_signed_in', 'not_admin', 'sign_in_unavailable'],
  admin: ['not_signed_in', 'not_admin', 'sign_in_unavailable'],
  service: ['token_required', 'invalid_token'],
  operator: ['token_required'],
}

/** Errors of every request. `internal_error` is a defect of this program. */
const always: readonly ErrorCode[] = [
  'host_mismatch',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
]

/** Errors of resolving the tenant. `rate_limited`: too many unknown hosts, or too many requests of a client or tenant. */
const ofTenant: readonly ErrorCode[] = ['tenant_not_found', 'config_unavailable', 'rate_limited']

const ofBody: readonly ErrorCode[] = ['request_too_large', 'request_too_slow', 'unsupported_media_type']

/** Returns every code that the route may answer with, each once. */
export function expectedErrors(route: ErrorsOfRoute): ErrorCode[] {
  const { audience, path, isChange, hasInput, hasBody, forceHttps, errors } = route
  const hasTenant = !isTenantFree(path) && audience !== 'operator'
  const codes: ErrorCode[] = [
    ...always,
    ...(hasTenant ? ofTenant : []),
    ...(hasTenant && isChange && forceHttps ? (['https_required'] as const) : []),
    ...(isChange && audience !== 'service' ? (['cross_origin'] as const) : []),
    ...byAudience[audience],
    ...(hasInput ? (['invalid_request'] as const) : []),
    ...(hasBody ? ofBody : []),
    ...errors,
  ]
  return [...new Set(codes)]
}
