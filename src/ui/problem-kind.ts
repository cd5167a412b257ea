/** What a problem means to the person in front of the page. */
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
  // Waiting does not help: somebody has to correct the configuration.
  endpoint_refused: 'setup',
  credentials_rejected: 'setup',
  provider_unavailable: 'setup',
  offline: 'offline',
  unreachable: 'unreachable',
}

/** Decides by the code; codes that are not known here by the status, so that a newer server is understood too. */
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
 * Seconds until the page should try again by itself, `null` where waiting does not help. What the server asked for
 * counts; otherwise the wait doubles with each failure in a row. Up to a quarter is added by `random` (0..1), so that
 * many open pages do not come back at the same moment.
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
