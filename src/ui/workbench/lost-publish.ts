/** What became of a publication whose answer was lost: the server's ledger knows, and a dry run tells. */
import type { ApiProblem } from '../api.ts'
import type { PlatformOutcome, Published } from './admin-api.ts'
import type { ByPlatform } from './draft.ts'

/** Nothing has come of it yet. */
export const pending: ApiProblem = {
  code: 'answer_pending',
  status: 0,
  detail: null,
  requestId: null,
  retryAfterSeconds: null,
}

/** Platforms that nothing was sent to are not among the outcomes. */
export function afterLostPublish({ results }: Published): {
  outcomes: ByPlatform<PlatformOutcome>
  isUnderWay: boolean
} {
  const outcomes = Object.entries(results).flatMap(([platform, { standing, url }]) =>
    standing
      ? [[platform, { success: standing === 'duplicate', skipped: standing, ...(url && { url }) }] as const]
      : [],
  )
  return {
    outcomes: Object.fromEntries(outcomes),
    isUnderWay: outcomes.some(([, { skipped }]) => skipped === 'in_progress'),
  }
}
