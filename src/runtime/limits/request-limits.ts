/** Limits of requests: per client, per tenant, and for all strangers together. */
import { PublisherError } from '../../base/errors.ts'
import type { Tenant } from '../../contract/host.ts'
import { unavailableMessage } from '../../ports/config-source.ts'
import type { RateCounter } from '../../ports/rate-counter.ts'
import type { ClientAddress } from './client-address.ts'
import { createRateLimiter, type RateDecision, type RateLimitOptions } from './rate-limit.ts'
import { createSharedTake } from './shared-rate-limit.ts'

/** Requests below `/auth/`; a person's sign-in takes two to five of them, and an office shares one address. */
const signInLimit = { limit: 300, windowSeconds: 300 }

/** Far above what a thumb does or an upload of many photos brings; it stops a script that has run wild. */
const mutationLimit = { limit: 300, windowSeconds: 60 }

/** Questions of one client to the orchestrator about hosts that nothing is known of. A person asks for one. */
const unknownHostLimit = { limit: 1500, windowSeconds: 60 }

/**
 * Such questions of all clients together: two thirds for everyone, one third for clients that asked few. The sum is half of what the reference
 * orchestrator allows one token (6,000 calls a minute), so that checks of known tenants always find room.
 */
const allUnknownHostsLimit = { limit: 2000, windowSeconds: 60 }
const reserveLimit = { limit: 1000, windowSeconds: 60 }

/** Unknown hosts per minute up to which a client may use the reserve. */
const modestCount = 5

/** Shortest pause of a viewer over the limit: a page that comes back after it gets a screenful of pictures. */
const viewerPauseMs = 10_000

/** Clients and tenants of which viewer requests are remembered; about 200 bytes each. */
const maxViewerKeys = 20_000

export interface RequestLimitsOptions {
  /** Counts sign-ins and mutations across processes; without it each process counts alone. */
  counter?: RateCounter | undefined
  /** Requests to viewer routes per client and tenant in five minutes; 0: no limit. Default 3000. */
  viewerRequests?: number
  now: () => number
}

/** How much of a limit is left after a request. */
export interface Allowance {
  /** The whole of it. */
  limit: number
  windowSeconds: number
  remaining: number
  /** Until it is whole again. */
  resetSeconds: number
}

/** All of them throw `rate_limited`, which says when to come back. */
export interface RequestLimits {
  signIn(client: ClientAddress): Promise<void>
  /** Ask it after the admin has been recognised: else a stranger could use up a tenant's allowance. */
  mutation(tenant: Tenant): Promise<void>
  /**
   * Counts a request to a viewer route. `null` where there is no limit. In the memory of this process only: a call to a shared store for each
   * thumbnail would cost more than the thumbnail. Throws {@link ViewerLimitReached}.
   */
  viewer(client: ClientAddress, tenant: Tenant): Allowance | null
  /**
   * Counts a question about a host that is in no cache, before it is asked. Call the answer when the host turns out to be a
   * tenant's: only hosts that are nobody's count. In memory only: what strangers invent must not reach a shared store.
   */
  unknownHost(client: ClientAddress): () => void
  /**
   * Counts the same question among those of all clients and all processes, right before the orchestrator is asked. Throws
   * `config_unavailable` with a Retry-After where they have used up what it is asked for strangers: this client may not be to blame.
   */
  allUnknownHosts(client: ClientAddress): Promise<() => void>
}

/** Makes the limits of a process. */
export function createRequestLimits(options: RequestLimitsOptions): RequestLimits {
  const { counter, now, viewerRequests = 3000 } = options
  const counted = (name: string, limit: Pick<RateLimitOptions, 'limit' | 'windowSeconds'>) =>
    createSharedTake({ ...limit, name, counter, now })
  const signIns = counted('sign-in', signInLimit)
  const mutations = counted('mutation', mutationLimit)
  const unknownHosts = createRateLimiter({ ...unknownHostLimit, now })
  const modestMs = (modestCount * unknownHostLimit.windowSeconds * 1000) / unknownHostLimit.limit
  const lanes = {
    all: createSharedTake({ ...allUnknownHostsLimit, name: 'unknown-hosts', counter, now, maxKeys: 1 }),
    reserve: createSharedTake({ ...reserveLimit, name: 'unknown-hosts-reserve', counter, now, maxKeys: 1 }),
  }
  const viewerLimit = { limit: Math.max(1, viewerRequests), windowSeconds: 300 }
  const viewers = createRateLimiter({ ...viewerLimit, maxKeys: maxViewerKeys, now })

  return {
    async signIn(client) {
      requireAllowed(await signIns(client), 'Too many attempts to sign in from your network.')
    },
    async mutation(tenant) {
      requireAllowed(await mutations(tenant), 'Too many changes in a short time. Nothing was done.')
    },
    viewer(client, tenant) {
      if (viewerRequests === 0) return null
      const key = `${client} ${tenant}`
      const decision = viewers.take(key)
      const resetSeconds = Math.ceil(viewers.debtMs(key) / 1000)
      const remaining = decision.allowed ? decision.remaining : 0
      const allowance = { ...viewerLimit, remaining, resetSeconds }
      if (!decision.allowed) {
        throw new ViewerLimitReached(allowance, Math.max(viewerPauseMs, decision.retryAfterMs))
      }
      return allowance
    },
    async allUnknownHosts(client) {
      let [lane, decision] = [lanes.all, await lanes.all('all')]
      if (!decision.allowed && unknownHosts.debtMs(client) <= modestMs) {
        lane = lanes.reserve
        decision = await lane('all')
      }
      if (!decision.allowed) {
        const { retryAfterMs } = decision
        throw new PublisherError('config_unavailable', unavailableMessage, { retryAfterMs })
      }
      let counts = true
      return () => {
        if (counts) lane.giveBack('all')
        counts = false
      }
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

/** Thrown beyond the limit of viewer requests; the answer says what is left. */
export class ViewerLimitReached extends PublisherError {
  readonly allowance: Allowance

  constructor(allowance: Allowance, retryAfterMs: number) {
    super('rate_limited', 'Too many requests from your network. Wait a moment and try again.', {
      retryAfterMs,
    })
    this.allowance = allowance
  }
}

function requireAllowed(decision: RateDecision, message: string): void {
  if (decision.allowed) return
  const { retryAfterMs } = decision
  throw new PublisherError('rate_limited', `${message} Wait a moment and try again.`, { retryAfterMs })
}
