/** Studio of the control plane: settings, connected accounts, API keys and webhooks, as a tenant's admins see and change them. */
import { PublisherError } from '../base/errors.ts'
import type { Email } from '../contract/email.ts'
import type { Tenant } from '../contract/host.ts'

/** Call for a signed-in admin of the tenant. */
export interface StudioCall {
  tenant: Tenant
  /** Signed-in person, the author of a change. */
  actor: Email
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path below the studio, with its query: `/settings`. Segments are encoded. */
  path: string
  /** Entity tag of the settings that the person changes. */
  ifMatch?: string | undefined
  /** JSON value. */
  body?: unknown
  requestId: string
}

export interface StudioAnswer {
  status: number
  /** Entity tag of the settings. */
  etag: string | null
  /** JSON value. `undefined` for an answer that is empty or not JSON. */
  body: unknown
}

/**
 * Sends one call, without repetition, because a change may have happened before its answer got lost. Throws `studio_not_offered` if the
 * control plane has no studio, and `studio_unavailable` if it does not answer.
 */
export type AskStudio = (call: StudioCall) => Promise<StudioAnswer>

/** Creates the error for a gallery whose settings only the operator can change. */
export function studioNotOffered(): PublisherError {
  return new PublisherError(
    'studio_not_offered',
    'The settings of this gallery cannot be changed here. Ask your operator.',
  )
}

/** Creates the error for a control plane that does not answer, or not in the form of a studio. */
export function studioUnavailable(cause: unknown, retryAfterMs?: number): PublisherError {
  return new PublisherError(
    'studio_unavailable',
    'The settings cannot be reached right now. The last change may be missing; check it in a moment.',
    { cause, retryAfterMs },
  )
}
