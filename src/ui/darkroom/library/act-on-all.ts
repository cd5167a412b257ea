/** Runs one action on many photos, a few at a time, and retries while the server is busy. */
import { pause } from '../../../base/time.ts'
import type { Item } from '../../gallery/order.ts'
import type { ApiProblem } from '../../problem.ts'
import { kindOf } from '../../problem-kind.ts'
import type { Done, Outcome } from './photo-action.ts'

export interface LaneOptions {
  act: (item: Item) => Promise<Outcome>
  /** Called before each photo; `true` ends the work. */
  isStopped: () => boolean
  onDone: (item: Item, done: Done) => void
  onFailed: (items: readonly Item[], problem: ApiProblem) => void
}

/** Concurrent photos, few enough for a storage that other tenants share. */
const photosAtOnce = 3
/** Attempts per photo while the server answers with `Retry-After`. */
const maxAttempts = 3
/** Kinds of problems that would also fail every remaining photo. */
const stopping: ReadonlySet<string> = new Set(['private', 'notAdmin', 'signInAgain', 'offline', 'setup'])

/** Resolves when all photos have an outcome, or when the work is stopped. */
export async function actOnAll(items: readonly Item[], options: LaneOptions): Promise<void> {
  const { act, isStopped, onDone, onFailed } = options
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item && !isStopped(); item = waiting.shift()) {
      const outcome = await patiently(act, item)
      if (!('problem' in outcome)) onDone(item, outcome)
      else if (stopping.has(kindOf(outcome.problem))) onFailed([item, ...waiting.splice(0)], outcome.problem)
      else onFailed([item], outcome.problem)
    }
  }
  await Promise.all(Array.from({ length: photosAtOnce }, lane))
}

/** Retries after the server's `Retry-After`, because many photos exceed its rate limit. */
async function patiently(act: (item: Item) => Promise<Outcome>, item: Item): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await act(item)
    if (!('problem' in outcome) || kindOf(outcome.problem) !== 'slowDown') return outcome
    const seconds = outcome.problem.retryAfterSeconds
    if (seconds === null || attempt === maxAttempts) return outcome
    await pause(seconds * 1000)
  }
}
