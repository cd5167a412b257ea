/** Kinds of problems, by what they mean to a visitor. */
import type { ApiProblem } from './problem.ts'

export type ProblemKind =
  | 'empty'
  | 'rootMissing'
  | 'folderEmpty'
  | 'nothingFound'
  | 'missing'
  | 'private'
  | 'notAdmin'
  | 'signInAgain'
  | 'unreadable'
  | 'slowDown'
  | 'tooLarge'
  | 'unavailable'
  | 'setup'
  | 'offline'
  | 'unreachable'
  | 'failed'

const kinds: Readonly<Record<string, ProblemKind>> = {
  no_photos: 'empty',
  root_missing: 'rootMissing',
  folder_empty: 'folderEmpty',
  nothing_found: 'nothingFound',
  photo_not_found: 'missing',
  not_signed_in: 'private',
  not_admin: 'notAdmin',
  sign_in_too_old: 'signInAgain',
  sign_in_unavailable: 'private',
  photo_unreadable: 'unreadable',
  photo_too_large: 'unreadable',
  unsupported_photo: 'unreadable',
  thumbnail_unavailable: 'unreadable',
  rate_limited: 'slowDown',
  busy: 'slowDown',
  request_too_large: 'tooLarge',
  // Waiting does not help, because the configuration needs a correction.
  endpoint_refused: 'setup',
  credentials_rejected: 'setup',
  provider_unavailable: 'setup',
  offline: 'offline',
  unreachable: 'unreachable',
}

/** Maps a problem to its kind by its code. For unknown codes, such as those of a newer server, the status decides. */
export function kindOf({ code, status }: ApiProblem): ProblemKind {
  const known = kinds[code]
  if (known) return known
  if (status === 429) return 'slowDown'
  if (status === 413) return 'tooLarge'
  if (status === 502 || status === 503 || status === 504) return 'unavailable'
  return 'failed'
}

const passing: ReadonlySet<ProblemKind> = new Set(['slowDown', 'unavailable', 'offline', 'unreachable'])
const firstWaitSeconds = 5
const longestWaitSeconds = 60

/**
 * Returns the seconds until the page retries, or `null` if waiting does not help. `Retry-After` takes precedence; without it the wait
 * doubles with each consecutive failure. `random` (0 to 1) adds up to a quarter, so that many open pages do not retry at the same moment.
 */
export function retryAfterSeconds(
  problem: ApiProblem,
  failures: number,
  random = Math.random(),
): number | null {
  if (!passing.has(kindOf(problem))) return null
  const wait =
    problem.retryAfterSeconds ?? Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** (failures - 1))
  return Math.ceil(wait * (1 + random / 4))
}
