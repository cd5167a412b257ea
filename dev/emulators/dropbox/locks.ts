/** Lock of an account: one write at a time. */
import { pause } from '../../../src/base/time.ts'
import { type Refusal, rateLimit } from './refusals.ts'
import type { RouteAnswer, RouteContext } from './route.ts'

/** Runs a write under the lock. As with Dropbox, a second write may be refused, in different forms. */
export async function locked(
  { account, settings }: RouteContext,
  write: () => RouteAnswer | Promise<RouteAnswer>,
  refusal: Refusal = rateLimit('too_many_write_operations', 1),
): Promise<RouteAnswer> {
  if (!settings.refuseParallelWrites) return write()
  if (account.writing > 0) throw refusal
  account.writing += 1
  try {
    await pause(5)
    return await write()
  } finally {
    account.writing -= 1
  }
}
