/** Session of this page: the signed-in account, checked again from time to time. */
import { type Account, fetchAccount } from './account-api.ts'

export interface Session {
  /** `null` until the server has named the account. */
  readonly account: Account | null
  /** Gets the account once. A failure is not cached, so the next call asks again. */
  ask(): Promise<Account | null>
  /** Starts to check the account again when the page becomes visible or the connection returns. */
  watch(): void
}

export interface SessionOptions {
  /** Called with the first account, and whenever a different account is signed in. */
  onPerson: (account: Account) => void
  /** Called after each change of the account. */
  onChange: () => void
}

/** Minimum time between two checks of a session that may have ended elsewhere. */
const minMsBetweenChecks = 60_000

export function createSession({ onPerson, onChange }: SessionOptions): Session {
  let account: Account | null = null
  let asked: Promise<Account | null> | null = null
  /** Mail address of the account that was last signed in on this page. */
  let owner: string | null = null
  let askedAt = 0

  async function checkAgain(): Promise<void> {
    if (document.hidden || !account || Date.now() - askedAt < minMsBetweenChecks) return
    askedAt = Date.now()
    const found = await fetchAccount()
    if (!found || !account) return
    if (found.email === null && account.isAdmin) {
      // Keeps an admin's unfinished work visible without a session. Each action then asks for a sign-in.
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
