/** Times of token life: the next check, the end of patience, and the warning before a token ends. */

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Head start of a renewal before the end of the token. */
const renewBeforeMs = 15 * minute
/** Longest interval of checks. */
const longestIntervalMs = day
/** Shortest interval of checks, also for tokens that end soon. */
const shortestIntervalMs = minute
const firstDelayMs = 30 * second
const longestDelayMs = 6 * hour
/** Failures of this duration break a connection. */
const patienceMs = 7 * day
/** Failures of seven days of tries. With fewer, the processes or the clock stood still. */
const patienceTries = 20
/** Time before the end of a token at which its tenant is warned. Tokens of a shorter life are renewed all the time. */
const warnBeforeMs = 7 * day

/** Share of an interval or a delay that is random, so that connections of many tenants are not checked together. */
const jitter = 0.1

/** Returns the time of the next check after a success. `random` from 0 to 1 makes the interval up to 10 % shorter. */
export function nextCheckAt(now: number, checkEveryMs: number, expiresAt: number | null, random = 0): number {
  const regular = now + Math.round(Math.min(checkEveryMs, longestIntervalMs) * (1 - jitter * random))
  const renewal = expiresAt === null || expiresAt <= now ? regular : expiresAt - renewBeforeMs
  return Math.max(now + shortestIntervalMs, Math.min(regular, renewal))
}

/** Returns the delay after so many failures in a row: 30 s, doubling to 6 hours. `random` from 0 to 1 makes it up to 10 % longer. */
export function coolDownMs(failures: number, random = 0): number {
  const delay = Math.min(firstDelayMs * 2 ** Math.min(failures - 1, 20), longestDelayMs)
  return Math.round(delay * (1 + jitter * random))
}

/** Checks if a connection has failed for so long that tries end. */
export function isHopeless(failures: number, failingSince: number, now: number): boolean {
  return failures >= patienceTries && now - failingSince >= patienceMs
}

/** Checks if the token ends within 7 days although it could have been renewed before. */
export function isExpiring(row: { token_at: string; expires_at: string | null }, now: number): boolean {
  if (row.expires_at === null) return false
  const end = Date.parse(row.expires_at)
  return end - now <= warnBeforeMs && end - Date.parse(row.token_at) > warnBeforeMs
}
