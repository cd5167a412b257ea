/** Sessions of OAuth, which the control plane opens and renews. */
import { LRUCache } from 'lru-cache'
import type { Secret } from '../../../base/secret.ts'
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import { SessionExpired, unavailable } from './errors.ts'
import type { BlueskyAccount, Session } from './login.ts'
import { createProver } from './prover.ts'
import type { Sessions } from './sessions.ts'
import { signInRejected } from './sign-in-rejected.ts'

/** Upper bound on remembered sessions (about 3 KB each). */
const maxSessions = 1000

/** Uses the session that the credentials hold. Without a session, uses the sessions of app passwords. */
export function withOAuthSessions(passwords: Sessions): Sessions {
  const sessions = createOAuthSessions()
  return {
    use(owner, account, signal, call) {
      const session = sessions.of(owner, account)
      return session ? useSession(session, signal, call) : passwords.use(owner, account, signal, call)
    },
  }
}

interface OAuthSessions {
  /** Returns the session in the credentials, or `undefined` if they hold an app password. Remembers the nonces of its server. */
  of(owner: string, account: BlueskyAccount): Session | undefined
}

function createOAuthSessions(): OAuthSessions {
  const sessions = new LRUCache<string, { token: Secret; session: Session }>({ max: maxSessions })
  return {
    of(owner, { handle, did, service, access_token: token, dpop_key: key }) {
      if (did === undefined || service === undefined || !token || !key) return undefined
      const cacheKey = JSON.stringify([owner, did, service])
      const known = sessions.get(cacheKey)
      if (known?.token.reveal() === token.reveal()) return known.session
      const access = { token, prover: createProver(key) }
      const session = { did, handle, url: withoutSlashAtEnd(service), access }
      sessions.set(cacheKey, { token, session })
      return session
    },
  }
}

/** Runs `call` with the session. Throws `credentials_rejected` for an expired session, because only the control plane can renew it. */
async function useSession<T>(
  session: Session,
  signal: AbortSignal,
  call: (session: Session) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw unavailable(new Error('stopped before the first request'))
  try {
    return await call(session)
  } catch (error) {
    throw error instanceof SessionExpired ? signInRejected(error) : error
  }
}
