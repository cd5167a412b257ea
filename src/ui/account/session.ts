/** The session of this page: who is signed in, and whether that is still so. */
import { type Account, fetchAccount } from './account-api.ts'

export interface Session {
  /** `null` until it is known who is looking. */
  readonly account: Account | null
  /** Asks once. A failure is forgotten, so that the next call asks again. */
  ask(): Promise<Account | null>
  /** Looks again when the person comes back to the page, or the connection does. */
  watch(): void
}

export interface SessionOptions {
  /** Another person than before is at the page, or the first one. */
  onPerson: (account: Account) => void
  /** Called after each change of the account. */
  onChange: () => void
}

/** Time between two looks at a session that may have ended elsewhere. */
const minMsBetweenChecks = 60_000

export function createSession({ onPerson, onChange }: SessionOptions): Session {
  let account: Account | null = null
  let asked: Promise<Account | null> | null = null
  /** Address of the person who was signed in last on this page. */
  let owner: string | null = null
  let askedAt = 0

  async function checkAgain(): Promise<void> {
    if (document.hidden || !account || Date.now() - askedAt < minMsBetweenChecks) return
    askedAt = Date.now()
    const found = await fetchAccount()
    if (!found || !account) return
    if (found.email === null && account.isAdmin) {
      // The work that an admin has begun stays in sight without a session. It says itself what it needs.
      account = { ...account, email: null, canSignIn: found.canSignIn }
    } else {
      const isOther = found.email !== owner
      account = found
      owner = found.email
      if (isOther) onPerson(found)
    }
    onChange()
  }

  return {
    get account() {
      return account
    },
    ask() {
      asked ??= fetchAccount().then((found) => {
        if (!found) asked = null
        account = found
        owner = found?.email ?? null
        askedAt = Date.now()
        onChange()
        if (found) onPerson(found)
        return found
      })
      return asked
    },
    watch() {
      document.addEventListener('visibilitychange', () => void checkAgain())
      addEventListener('online', () => void checkAgain())
    },
  }
}
