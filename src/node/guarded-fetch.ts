/** `fetch` of the Node host for servers that tenants name. Connects only to addresses that were checked. */
import type { Dispatcher } from 'undici'
import { type EndpointRule, type Fetch, guardedFetch } from '../base/endpoint-guard.ts'
import { isPublisherError, type PublisherError } from '../base/errors.ts'
import { onceLoaded } from '../base/once.ts'
import type { PinnedLookupOptions } from './public-lookup.ts'

export interface GuardedFetchOptions extends EndpointRule, PinnedLookupOptions {}

/**
 * Creates the fetch. Call this once per process, since the fetch keeps connections alive. Works like `guardedFetch`, and also rejects with
 * `endpoint_refused` if a name resolves to an address that is not public. Rejects with a `TypeError` like any fetch if the server cannot be
 * reached.
 */
export function createGuardedFetch({ allowPrivate, ...options }: GuardedFetchOptions): Fetch {
  if (allowPrivate) return guardedFetch({ allowPrivate, fetch })
  // Loaded at the first use, since the library takes a sixth of a start.
  const agent = onceLoaded(async () => (await import('./public-agent.ts')).createPublicAgent(options))
  const pinned: Fetch = async (input, init) => {
    const dispatcher = await agent()
    const pinnedInit: RequestInit & { dispatcher: Dispatcher } = { ...init, dispatcher }
    try {
      return await fetch(input, pinnedInit)
    } catch (error) {
      throw refusalIn(error) ?? error
    }
  }
  return guardedFetch({ allowPrivate, fetch: pinned })
}

/** Finds the refusal that `fetch` wraps as the cause of its own error. */
function refusalIn(error: unknown): PublisherError | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return isPublisherError(cause, 'endpoint_refused') ? cause : undefined
}
