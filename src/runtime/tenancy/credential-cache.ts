/** Cache of a tenant's resolved credentials, in memory only, for the lifetime of one configuration version. */
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import type { Credentials, CredentialsOf } from '../../contract/credentials.ts'
import { credentialsUnavailable } from '../../ports/config-source.ts'
import { type CredentialKind, type CredentialSource, isOfKind } from '../../ports/credentials.ts'

export interface CredentialCacheOptions {
  resolve(ref: string): Promise<Credentials>
  ttlMs: number
  now: () => number
}

export interface CredentialCache {
  /** Returns a source of the credentials behind `ref`. Its `get` fails for credentials of any other provider. */
  source<P extends CredentialKind>(
    ref: string,
    ...providers: readonly P[]
  ): CredentialSource<CredentialsOf<P>>
}

interface Known {
  answer: Promise<Credentials>
  /** Resolved answer, for comparison with rejected credentials. `null` while pending and after a rejection. */
  resolved: Credentials | null
  failure?: { error: unknown }
  /** Start of the time for which the answer holds. Milliseconds since 1970. */
  since: number
  spanMs: number
  /** Failed answers in a row. */
  failures: number
  /** Credentials in a row that the vendor rejected right after their resolution. */
  rejections: number
}

/** Time limit of a pending resolution, which a Worker may cancel with its request. Longer than the orchestrator client's deadline. */
const flightMs = 12_000
/** Backoff after a failure without a Retry-After. Doubles with each failure, from `first` up to `last`. */
const failurePauseMs = { first: 10_000, last: 60_000 }
const minPauseMs = 1000
/** Backoff after a vendor rejected fresh credentials. Short, since new credentials may appear at any moment. */
const rejectionPauseMs = { first: 1000, last: 10_000 }
/** Age from which rejected credentials are assumed to have worked before. */
const provenMs = 60_000

/**
 * Creates the cache. Concurrent first calls share one resolution. Failures and rejected fresh credentials are cached for a while; otherwise
 * each request of a tenant with a wrong reference would call the orchestrator.
 */
export function createCredentialCache({ resolve, ttlMs, now }: CredentialCacheOptions): CredentialCache {
  const byRef = new Map<string, Known>()

  /** Returns the milliseconds for which the answer still holds; 0 if the clock was set back. */
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
    // Another request may already have resolved newer credentials; those stay.
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
              `The reference resolves to ${credentials.provider}, expected ${providers.join(' or ')}.`,
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

/** Copies a cached error, with the remaining wait as its Retry-After. */
function repeated(error: unknown, leftMs: number): unknown {
  if (!isPublisherError(error)) return error
  const { code, message, cause, isOutage } = error
  return new PublisherError(code, message, {
    cause,
    isOutage,
    retryAfterMs: error.retryAfterMs === undefined ? undefined : leftMs,
  })
}
