/**
 * Sessions of all accounts of a process. Each account signs in once; its session outlives posts and configuration versions, because
 * Bluesky limits logins.
 */
import { LRUCache } from 'lru-cache'
import { isPublisherError } from '../../../base/errors.ts'
import type { RetryPolicy } from '../../../base/retry.ts'
import type { Secret } from '../../../base/secret.ts'
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import { settlesWithin, unlessAborted } from '../../../base/time.ts'
import { passwordRejected, SessionExpired, unavailable } from './errors.ts'
import {
  type BlueskyAccount,
  type LoginTools,
  type PasswordSession,
  renew,
  type Session,
  signIn,
} from './login.ts'
import { createLoginLimit } from './login-limit.ts'
import type { XrpcServer } from './xrpc.ts'

export interface SessionsOptions {
  /** The server that signs accounts in, unless they name their own. */
  service: XrpcServer
  /** Returns the server of an account. */
  serverOf(session: Pick<Session, 'url'>): XrpcServer
  /** Retries of a login. */
  retry?: RetryPolicy
}

export interface Sessions {
  /**
   * Runs `call` with a session of the account, and once more with a renewed session if `call` throws {@link SessionExpired}. `owner`
   * is the tenant. Throws the errors of {@link signIn} and of `call`.
   */
  use<T>(
    owner: string,
    account: BlueskyAccount,
    signal: AbortSignal,
    call: (session: Session) => Promise<T>,
  ): Promise<T>
}

const patience: RetryPolicy = {
  attempts: 3,
  baseMs: 500,
  capMs: 5000,
  attemptTimeoutMs: 10_000,
  deadlineMs: 25_000,
}

/** Upper bound on remembered accounts (about 3 KB each). */
const maxAccounts = 1000

interface Login {
  readonly work: Promise<PasswordSession>
  failure?: { error: unknown }
}

interface Entry {
  readonly password: Secret
  session: PasswordSession | undefined
  /** Login or renewal under way. */
  login: Login | undefined
}

/** Creates the sessions of a process. Sends nothing before the first use. */
export function createSessions({ service, serverOf, retry = patience }: SessionsOptions): Sessions {
  const { now } = service
  const entries = new LRUCache<string, Entry>({ max: maxAccounts })
  const countLogin = createLoginLimit(now)

  function entryOf(owner: string, account: BlueskyAccount): Entry {
    const { app_password: password } = account
    if (!password) throw passwordRejected(new Error('the credentials hold no app password'))
    const key = keyOf(owner, account)
    const known = entries.get(key)
    // Some orchestrators send no version, so the password decides too.
    if (known?.password.reveal() === password.reveal()) return known
    const entry: Entry = { password, session: undefined, login: undefined }
    entries.set(key, entry)
    return entry
  }

  const countFor = (owner: string, { handle }: BlueskyAccount) => countLogin(JSON.stringify([owner, handle]))

  function begin(entry: Entry, owner: string, account: BlueskyAccount): Login {
    const { service: own } = account
    const url = own === undefined ? service.url : withoutSlashAtEnd(own)
    const tools = { service: serverOf({ url }), retry }
    const login: Login = { work: newSession(tools, account.handle, entry, () => countFor(owner, account)) }
    const end = (session: PasswordSession | undefined) => {
      entry.session = session
      if (entry.login === login) entry.login = undefined
    }
    login.work.then(end, (error: unknown) => {
      login.failure = { error }
      end(isPublisherError(error, 'credentials_rejected') ? undefined : entry.session)
    })
    entry.login = login
    return login
  }

  /** Returns a session other than `expired`. Concurrent calls share a login. */
  async function open(
    owner: string,
    account: BlueskyAccount,
    signal: AbortSignal,
    expired?: PasswordSession,
  ): Promise<PasswordSession> {
    const entry = entryOf(owner, account)
    for (;;) {
      if (signal.aborted) throw unavailable(new Error('stopped before the login'))
      const { session } = entry
      if (session && session !== expired && now() < session.usableUntil) return session
      const other = entry.login
      if (!other) return unlessAborted(begin(entry, owner, account).work, signal).catch(abortedAs(signal))
      // A Worker may have ended the request of the other login, whose promise then never settles.
      const isSettled = await settlesWithin(other.work, retry.deadlineMs)
      if (other.failure) throw other.failure.error
      if (!isSettled && entry.login === other) entry.login = undefined
    }
  }

  return {
    async use(owner, account, signal, call) {
      const session = await open(owner, account, signal)
      try {
        return await call(session)
      } catch (error) {
        if (!(error instanceof SessionExpired)) throw error
      }
      const renewed = await open(owner, account, signal, session)
      try {
        return await call(renewed)
      } catch (error) {
        if (!(error instanceof SessionExpired)) throw error
        entries.delete(keyOf(owner, account))
        throw passwordRejected(error)
      }
    },
  }
}

/** Renews the session, or signs in if there is none or Bluesky refuses to renew. `onLogin` runs before each login and may throw. */
async function newSession(
  tools: LoginTools,
  handle: string,
  { password, session: before }: Entry,
  onLogin: () => void,
): Promise<PasswordSession> {
  if (before) {
    try {
      return await renew(tools, before)
    } catch (error) {
      if (!isPublisherError(error, 'credentials_rejected')) throw error
    }
  }
  return signIn(tools, handle, password, onLogin)
}

function keyOf(owner: string, { handle, service, version }: BlueskyAccount): string {
  return JSON.stringify([owner, handle, service, version])
}

function abortedAs(signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    throw signal.aborted && error === signal.reason ? unavailable(error) : error
  }
}
