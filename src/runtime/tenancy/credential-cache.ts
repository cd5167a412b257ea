/**
 * One tenant's resolved credentials, in process memory only. It belongs to one configuration version and goes with it.
 */
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import type { Credentials, CredentialsOf } from '../../contract/credentials.ts'
import { credentialsUnavailable } from '../../ports/config-source.ts'
import { type CredentialKind, type CredentialSource, isOfKind } from '../../ports/credentials.ts'

export interface CredentialCacheOptions {
  resolve(ref: string): Promise<Credentials>
  /** How long they may be kept. Milliseconds. */
  ttlMs: number
  now: () => number
}

export interface CredentialCache {
  /** The credentials behind `ref`, which have to be one of these providers'. */
  source<P extends CredentialKind>(
    ref: string,
    ...providers: readonly P[]
  ): CredentialSource<CredentialsOf<P>>
}

interface Known {
  answer: Promise<Credentials>
  /** What the answer was, so that a rejection acts at once; `null` until it is there, and once it is rejected. */
  resolved: Credentials | null
  failure?: { error: unknown }
  /** For how long the answer holds, and since when. Milliseconds. */
  since: number
  spanMs: number
  /** Failed answers in a row. */
  failures: number
  /** Credentials in a row that the vendor has refused right after they were resolved. */
  rejections: number
}

/** A Worker's flight may die with the request that owns it. Longer than the orchestrator is waited for in all. */
const flightMs = 12_000
/** A failure that does not say when to come back is kept for so long, twice as long after each further one, up to the last. */
const failurePauseMs = { first: 10_000, last: 60_000 }
const minPauseMs = 1000
/** The same for fresh credentials that the vendor refuses: short, since others may be there at any moment. */
const rejectionPauseMs = { first: 1000, last: 10_000 }
/** Credentials that are rejected when they are older than this have worked before. */
const provenMs = 60_000

/**
 * Makes the cache. Concurrent first calls share one resolution. A failed one is kept for a while, and so is what a vendor refuses as
 * soon as it is resolved: else each request of a tenant with a wrong reference would be one of the orchestrator's as well.
 */
export function createCredentialCache({ resolve, ttlMs, now }: CredentialCacheOptions): CredentialCache {
  const byRef = new Map<string, Known>()

  /** Milliseconds. A clock that was set back must not prolong anything. */
  function leftOf({ since, spanMs }: Known): number {
    const passed = now() - since
    return passed < 0 ? 0 : Math.max(0, spanMs - passed)
  }

  function ask(ref: string, before: Known | undefined): Known {
    const { failures = 0, rejections = 0 } = before ?? {}
    const known: Known = {
      answer: resolve(ref),
      resolved: null,
      since: now(),
      spanMs: flightMs,
      failures,
      rejections,
    }
    byRef.set(ref, known)
    known.answer.then(
      (resolved) => Object.assign(known, { resolved, spanMs: ttlMs, failures: 0 }),
      (error: unknown) => {
        const spanMs = pauseAfter(error, failures)
        Object.assign(known, { failure: { error }, since: now(), spanMs, failures: failures + 1 })
      },
    )
    return known
  }

  async function get(ref: string): Promise<Credentials> {
    const known = byRef.get(ref)
    const leftMs = known ? leftOf(known) : 0
    if (!known || leftMs === 0) return ask(ref, known).answer
    if (known.failure) throw repeated(known.failure.error, leftMs)
    return known.answer
  }

  function reject(ref: string, rejected: Credentials): void {
    const known = byRef.get(ref)
    // Only what was really rejected goes: another request may have resolved a newer one already.
    if (known?.resolved !== rejected) return
    const age = now() - known.since
    const rejections = age < provenMs ? known.rejections : 0
    const pauseMs = rejections === 0 ? 0 : growing(rejectionPauseMs, rejections - 1)
    if (age >= 0 && age < pauseMs) return
    Object.assign(known, { resolved: null, spanMs: 0, rejections: rejections + 1 })
  }

  return {
    source(ref, ...providers) {
      return {
        async get() {
          const credentials = await get(ref)
          if (isOfKind(credentials, providers)) return credentials
          throw credentialsUnavailable(
            new Error(
              `The reference resolves to ${credentials.provider}, needed is ${providers.join(' or ')}.`,
            ),
          )
        },
        reject: (rejected) => reject(ref, rejected),
      }
    },
  }
}

function growing({ first, last }: { first: number; last: number }, times: number): number {
  return Math.min(last, first * 2 ** times)
}

function pauseAfter(error: unknown, failures: number): number {
  const asked = isPublisherError(error) ? error.retryAfterMs : undefined
  if (asked === undefined) return growing(failurePauseMs, failures)
  return Math.min(failurePauseMs.last, Math.max(minPauseMs, asked))
}

/** The error again, where nobody was asked. */
function repeated(error: unknown, leftMs: number): unknown {
  if (!isPublisherError(error)) return error
  const { code, message, cause, isOutage } = error
  return new PublisherError(code, message, {
    cause,
    isOutage,
    retryAfterMs: error.retryAfterMs === undefined ? undefined : leftMs,
  })
}
