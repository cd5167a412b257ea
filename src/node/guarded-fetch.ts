/** The fetch of the Node host for servers that tenants name: each connection goes to an address that was checked. */
import { isIP } from 'node:net'
import { Agent, buildConnector, type Dispatcher } from 'undici'
import {
  addressRefused,
  type EndpointRule,
  type Fetch,
  guardedFetch,
  isPublicAddress,
} from '../base/endpoint-guard.ts'
import { isPublisherError, type PublisherError } from '../base/errors.ts'
import { createPinnedLookup, type PinnedLookupOptions } from './public-lookup.ts'

export interface GuardedFetchOptions extends EndpointRule, PinnedLookupOptions {}

/** Until a connection stands, name resolution and TLS included. */
const connectTimeoutMs = 8000
/** Longest silence before the answer's head and between two pieces of its body; callers set narrower limits by a signal. */
const silenceMs = 60_000

/**
 * Makes the fetch; one per process, since its connections are kept alive and shared. It does what `guardedFetch` does,
 * and rejects with `endpoint_refused` where a name leads to an address that is not public. Rejects with a `TypeError` like
 * any fetch when the server cannot be reached.
 */
export function createGuardedFetch({ allowPrivate, ...options }: GuardedFetchOptions): Fetch {
  if (allowPrivate) return guardedFetch({ allowPrivate, fetch })
  const dispatcher = createPublicAgent(options)
  const pinned: Fetch = async (input, init) => {
    const pinnedInit: RequestInit & { dispatcher: Dispatcher } = { ...init, dispatcher }
    try {
      return await fetch(input, pinnedInit)
    } catch (error) {
      throw refusalIn(error) ?? error
    }
  }
  return guardedFetch({ allowPrivate, fetch: pinned })
}

/**
 * Connections to public addresses only, whatever is asked of it. Node's own `fetch` takes an agent of the same major version
 * of undici as the one inside Node (`process.versions.undici`; 7 in Node 24).
 */
export function createPublicAgent({ resolve, isPublic = isPublicAddress }: PinnedLookupOptions): Agent {
  const lookup = createPinnedLookup({ ...(resolve && { resolve }), isPublic })
  const connect = buildConnector({ lookup, timeout: connectTimeoutMs })
  return new Agent({
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    connect: (target, callback) => {
      const { hostname } = target
      if (isIP(hostname) !== 0 && !isPublic(hostname)) callback(addressRefused(hostname, hostname), null)
      else connect(target, callback)
    },
  })
}

/** `fetch` wraps what its connection ran into. */
function refusalIn(error: unknown): PublisherError | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return isPublisherError(cause, 'endpoint_refused') ? cause : undefined
}
