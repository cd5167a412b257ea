/** `fetch` of the Node host for servers that tenants name. Connects only to addresses that were checked. */
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

/** Timeout of a connection, including name resolution and TLS. */
const connectTimeoutMs = 8000
/** Timeout for the answer's head and for each chunk of its body. Callers set stricter limits by a signal. */
const silenceMs = 60_000

/**
 * Creates the fetch. Call this once per process, since the fetch keeps connections alive. Works like `guardedFetch`, and also rejects with
 * `endpoint_refused` if a name resolves to an address that is not public. Rejects with a `TypeError` like any fetch if the server cannot be
 * reached.
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
 * Creates an agent that connects to public addresses only. Its major version of undici must match the version inside Node
 * (`process.versions.undici`; 7 in Node 24), or Node's `fetch` cannot use it.
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

/** Finds the refusal that `fetch` wraps as the cause of its own error. */
function refusalIn(error: unknown): PublisherError | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return isPublisherError(cause, 'endpoint_refused') ? cause : undefined
}
