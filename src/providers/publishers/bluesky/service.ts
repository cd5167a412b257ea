/** Bluesky in one process: the server that signs accounts in, and the sessions of all tenants. */
import type { Fetch } from '../../../base/endpoint-guard.ts'
import type { RetryPolicy } from '../../../base/retry.ts'
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import type { Session } from './login.ts'
import { withOAuthSessions } from './oauth-sessions.ts'
import { createSessions, type Sessions } from './sessions.ts'
import type { XrpcServer } from './xrpc.ts'

export interface BlueskyServiceOptions {
  /** Server that signs accounts in. Default: `https://bsky.social`. */
  serviceUrl?: string | undefined
  /** Calls servers that an account names. Refuses servers that are not public. */
  fetch: Fetch
  /** Calls the server that signs accounts in, which the operator names. Default: the global `fetch`. */
  serviceFetch?: Fetch
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Retries of each call. Default: three attempts, at most 20 s each, 45 s in all. */
  retry?: RetryPolicy
}

/** Bluesky in one process, with the sessions of all its tenants. */
export interface BlueskyService {
  readonly sessions: Sessions
  readonly retry: RetryPolicy
  readonly now: () => number
  serverOf(session: Pick<Session, 'url'>): XrpcServer
}

const patience: RetryPolicy = {
  attempts: 3,
  baseMs: 500,
  capMs: 10_000,
  attemptTimeoutMs: 20_000,
  deadlineMs: 45_000,
}

/** Prepares Bluesky for a process. Sends nothing before the first use. */
export function createBlueskyService({
  serviceUrl = 'https://bsky.social',
  fetch: guarded,
  serviceFetch = globalThis.fetch,
  now = Date.now,
  retry = patience,
}: BlueskyServiceOptions): BlueskyService {
  const service = { url: withoutSlashAtEnd(serviceUrl), fetch: serviceFetch, now }
  const serverOf = ({ url }: Pick<Session, 'url'>) =>
    url === service.url ? service : { url, fetch: guarded, now }
  return { sessions: withOAuthSessions(createSessions({ service, serverOf, retry })), retry, now, serverOf }
}
