/** What one client and one tenant may ask for per time (issue 3, item 7), and what is counted for all processes together. */
import { PublisherError } from '../errors.ts'
import type { ClientAddress } from './client-address.ts'
import type { Tenant } from './host.ts'
import type { RateCounter } from './ports/rate-counter.ts'
import { createRateLimiter, type RateDecision, type RateLimitOptions } from './rate-limit.ts'
import { createSharedTake } from './shared-rate-limit.ts'

/** Requests below `/auth/`; a person's sign-in takes two to five of them, and an office shares one address. */
const signInLimit = { limit: 300, windowSeconds: 300 }

/** Far above what a thumb does or an upload of many photos brings; it stops a script that has run wild. */
const mutationLimit = { limit: 300, windowSeconds: 60 }

/**
 * Questions to the orchestrator for hosts that are nobody's. 10,000 invented hosts at once still get the 404 that all strangers get;
 * who goes on like that is stopped.
 */
const unknownHostLimit = { limit: 12_000, windowSeconds: 60 }

export interface RequestLimitsOptions {
  /** Counts sign-ins and mutations across processes; without it each process counts alone. */
  counter?: RateCounter | undefined
  now: () => number
}

/** All of them throw `rate_limited`, which says when to come back. */
export interface RequestLimits {
  signIn(client: ClientAddress): Promise<void>
  /** Ask it after the admin has been recognised: else a stranger could use up a tenant's allowance. */
  mutation(tenant: Tenant): Promise<void>
  /**
   * Counts a question about a host that is in no cache, before it is asked. Call the answer when the host turns out to be a
   * tenant's: only hosts that are nobody's count. In memory only: what strangers invent must not reach a shared store.
   */
  unknownHost(client: ClientAddress): () => void
}

/** Makes the limits of a process. */
export function createRequestLimits({ counter, now }: RequestLimitsOptions): RequestLimits {
  const counted = (name: string, limit: Pick<RateLimitOptions, 'limit' | 'windowSeconds'>) =>
    createSharedTake({ ...limit, name, counter, now })
  const signIns = counted('sign-in', signInLimit)
  const mutations = counted('mutation', mutationLimit)
  const unknownHosts = createRateLimiter({ ...unknownHostLimit, now })

  return {
    async signIn(client) {
      requireAllowed(await signIns(client), 'Too many attempts to sign in from your network.')
    },
    async mutation(tenant) {
      requireAllowed(await mutations(tenant), 'Too many changes in a short time. Nothing was done.')
    },
    unknownHost(client) {
      requireAllowed(unknownHosts.take(client), 'Too many requests from your network.')
      let counts = true
      return () => {
        if (counts) unknownHosts.giveBack(client)
        counts = false
      }
    },
  }
}

function requireAllowed(decision: RateDecision, message: string): void {
  if (decision.allowed) return
  const { retryAfterMs } = decision
  throw new PublisherError('rate_limited', `${message} Wait a moment and try again.`, { retryAfterMs })
}
