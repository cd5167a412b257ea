/** Rate limits on requests: per client, per tenant, and for unknown hosts of all clients together. */
import { PublisherError } from '../../base/errors.ts'
import type { Tenant } from '../../contract/host.ts'
import { unavailableMessage } from '../../ports/config-source.ts'
import type { RateCounter } from '../../ports/rate-counter.ts'
import type { ClientAddress } from './client-address.ts'
import { createRateLimiter, type RateDecision, type RateLimitOptions } from './rate-limit.ts'
import { createSharedTake } from './shared-rate-limit.ts'

/** Requests below `/auth/`. A sign-in takes two to five requests, and an office shares one address. */
const signInLimit = { limit: 300, windowSeconds: 300 }

/** Changes in one tenant, far above the rate of a person, even during a large upload. Stops a script that loops. */
const mutationLimit = { limit: 300, windowSeconds: 60 }

/** Lookups of unknown hosts that one client causes. A person usually causes a single lookup. */
const unknownHostLimit = { limit: 1500, windowSeconds: 60 }

/**
 * Lookups of unknown hosts that all clients cause together. Two thirds are for every client, one third is reserved for clients with few
 * lookups. The sum leaves room for known tenants at an orchestrator that allows 6,000 calls a minute.
 */
const allUnknownHostsLimit = { limit: 2000, windowSeconds: 60 }
const reserveLimit = { limit: 1000, windowSeconds: 60 }

/** Upper bound on unknown hosts per minute for a client that may use the reserve. */
const modestCount = 5

/** Shortest Retry-After for a viewer over the limit. After this pause the allowance covers a screenful of pictures. */
const viewerPauseMs = 10_000

/** Upper bound on remembered pairs of client and tenant (about 200 bytes each). */
const maxViewerKeys = 20_000

export interface RequestLimitsOptions {
  /** Counts for all processes. Default: each process counts alone. */
  counter?: RateCounter | undefined
  /** Requests to viewer routes per client and tenant in five minutes. 0 means no limit. Default 3000. */
  viewerRequests?: number
  now: () => number
}

/** Remaining part of a limit after a request. */
export interface Allowance {
  /** Requests per window. */
  limit: number
  windowSeconds: number
  remaining: number
  /** Seconds until the allowance is full again. */
  resetSeconds: number
}

/** Limits that throw `rate_limited` with a Retry-After, unless a method says otherwise. */
export interface RequestLimits {
  signIn(client: ClientAddress): Promise<void>
  /** Counts a change. Call this after authentication; otherwise any client could use up a tenant's allowance. */
  mutation(tenant: Tenant): Promise<void>
  /**
   * Counts a request to a viewer route; `null` without a limit. Throws {@link ViewerLimitReached}. Counts in the memory of this process
   * only, since a call to a shared store would cost more than the thumbnail.
   */
  viewer(client: ClientAddress, tenant: Tenant): Allowance | null
  /**
   * Counts a lookup of a host that no cache holds, before the lookup starts. Returns a refund to call if the host belongs to a tenant.
   * Counts in memory only, because invented hosts must not fill a shared store.
   */
  unknownHost(client: ClientAddress): () => void
  /**
   * Counts the same lookup for all clients and processes together, right before the call to the orchestrator. Throws
   * `config_unavailable` with a Retry-After beyond the limit, because this client may not have caused the load.
   */
  allUnknownHosts(client: ClientAddress): Promise<() => void>
}

/** Creates the limits of a process. */
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
      requireAllowed(await signIns(client), 'Too many sign-in attempts from your network.')
    },
    async mutation(tenant) {
      requireAllowed(await mutations(tenant), 'Too many changes in a short time. Nothing was changed.')
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

/** Error for a viewer over the limit. Carries the allowance for the response headers. */
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
