/** The errors that a route can answer with: those that its audience, address and input imply, and groups that several routes share. */
import type { ErrorCode } from '../base/error-codes.ts'
import { isTenantFree } from './tenant-free.ts'

/**
 * Callers of a route: anyone; a viewer (anyone where `auto_view_enabled`, otherwise an admin); the holder of a signed link, which the
 * route verifies; an admin of the tenant; a holder of a service token; the operator, by the token of the metrics. Requests of viewers
 * and of holders of links are limited.
 */
export type Audience = 'anyone' | 'viewer' | 'link' | 'admin' | 'service' | 'operator'

/** Errors of a tenant's storage and of the credentials for it. */
export const storageErrors: readonly ErrorCode[] = [
  'storage_unavailable',
  'credentials_unavailable',
  'credentials_rejected',
  'endpoint_refused',
  'insufficient_balance',
  'provider_unavailable',
  'busy',
]

/** Errors of work on one photo that lies in the storage. */
export const photoErrors: readonly ErrorCode[] = [...storageErrors, 'photo_not_found']

/** Errors of a picture that has to be decoded. */
export const pictureErrors: readonly ErrorCode[] = [
  'unsupported_photo',
  'photo_unreadable',
  'photo_too_large',
]

/** Errors of the AI. */
export const modelErrors: readonly ErrorCode[] = ['ai_refused', 'ai_unusable_answer', 'ai_unavailable']

/** A route as far as it decides which errors are possible. */
export interface ErrorsOfRoute {
  audience: Audience
  path: string
  /** Its method is not safe (RFC 9110, section 9.2.1). */
  isChange: boolean
  /** It takes parameters or a body. */
  hasInput: boolean
  hasBody: boolean
  /** The process refuses what comes over HTTP. */
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

/** Errors of every request: the last one is a defect of ours. */
const always: readonly ErrorCode[] = [
  'host_mismatch',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
]

/** Errors of finding the tenant. `rate_limited`: too many hosts that do not exist, or too many requests of one client or tenant. */
const ofTenant: readonly ErrorCode[] = ['tenant_not_found', 'config_unavailable', 'rate_limited']

const ofBody: readonly ErrorCode[] = ['request_too_large', 'request_too_slow', 'unsupported_media_type']

/** Gives every code that the route may answer with, each once. */
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
