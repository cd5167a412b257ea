/** Checks that the account can be posted to, with calls that post nothing. */
import { z } from 'zod'
import { askGraph, type Caller } from './calls.ts'
import { describeQuota, quotaOf, quotaReached } from './quota.ts'

const schema = z.object({ username: z.string().regex(/^[\w.]{1,60}$/) })

/** Describes the result in one sentence. Throws `GraphFailure`, and `rate_limited` for an account without posts left. */
export async function verifyAccount(caller: Caller, signal: AbortSignal): Promise<string> {
  const query = { fields: 'username' }
  const call = { method: 'GET', path: [caller.userId], query, schema } as const
  const { username } = await askGraph(caller, call, signal)
  const quota = await quotaOf(caller, signal)
  if (quota.used >= quota.total) throw quotaReached(quota, caller.now())
  return `Instagram accepts posts for @${username}; ${describeQuota(quota)}.`
}
