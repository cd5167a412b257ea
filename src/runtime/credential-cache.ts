/**
 * One tenant's resolved credentials, in process memory only. It belongs to one configuration version and goes with it.
 */
import type { CredentialSource } from '../credentials.ts'
import { credentialsUnavailable } from './config-source.ts'
import type { Credentials, CredentialsOf } from './credential-schemas.ts'

export interface CredentialCacheOptions {
  resolve(ref: string): Promise<Credentials>
  /** How long they may be kept. Milliseconds. */
  ttlMs: number
  now: () => number
}

export interface CredentialCache {
  /** The credentials behind `ref`, which have to be one of these providers'. */
  source<P extends Credentials['provider']>(
    ref: string,
    ...providers: readonly P[]
  ): CredentialSource<CredentialsOf<P>>
}

interface Cached {
  credentials: Promise<Credentials>
  /** Set once they are there, so that a rejection acts at once. */
  resolved?: Credentials
  expiresAt: number
}

/** Makes the cache. Concurrent first calls share one resolution; a failed one is not kept. */
export function createCredentialCache({ resolve, ttlMs, now }: CredentialCacheOptions): CredentialCache {
  const byRef = new Map<string, Cached>()

  function get(ref: string): Promise<Credentials> {
    const cached = byRef.get(ref)
    if (cached && cached.expiresAt > now()) return cached.credentials
    const fresh: Cached = { credentials: resolve(ref), expiresAt: now() + ttlMs }
    byRef.set(ref, fresh)
    fresh.credentials.then(
      (credentials) => {
        fresh.resolved = credentials
      },
      () => {
        if (byRef.get(ref) === fresh) byRef.delete(ref)
      },
    )
    return fresh.credentials
  }

  return {
    source(ref, ...providers) {
      return {
        async get() {
          const credentials = await get(ref)
          if (isOneOf(credentials, providers)) return credentials
          throw credentialsUnavailable(
            new Error(
              `The reference resolves to ${credentials.provider}, needed is ${providers.join(' or ')}.`,
            ),
          )
        },
        reject(rejected) {
          // Only what was really rejected goes: another request may have resolved a newer one already.
          if (byRef.get(ref)?.resolved === rejected) byRef.delete(ref)
        },
      }
    },
  }
}

function isOneOf<P extends Credentials['provider']>(
  credentials: Credentials,
  providers: readonly P[],
): credentials is CredentialsOf<P> {
  return providers.some((provider) => provider === credentials.provider)
}
