/** Limits logins per account. Bluesky refuses an account's logins for a while after 30 in 5 minutes from one address. */
import { LRUCache } from 'lru-cache'
import { tooManyLogins } from './errors.ts'

const limit = { logins: 30, perMs: 5 * 60_000 }
const maxAccounts = 2000

/** Creates the limit of a process. The function counts a login, or throws `rate_limited` with the time until the next login. */
export function createLoginLimit(now: () => number): (account: string) => void {
  const logins = new LRUCache<string, readonly number[]>({ max: maxAccounts })
  return (account) => {
    const at = now()
    const recent = (logins.get(account) ?? []).filter((time) => time > at - limit.perMs && time <= at)
    const [first = at] = recent
    if (recent.length >= limit.logins) throw tooManyLogins(first + limit.perMs - at)
    logins.set(account, [...recent, at])
  }
}
