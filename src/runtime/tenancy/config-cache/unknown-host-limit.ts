/** Limit on concurrent lookups of unknown hosts, so that invented hosts cannot overload a slow source. */
import { PublisherError } from '../../../base/errors.ts'
import { unavailableMessage } from '../../../ports/config-source.ts'
import { createSlots } from '../../limits/slots.ts'

/** Runs a lookup. Throws `config_unavailable` at once if too many already run. */
export type UnknownHostLimit = (lookup: () => Promise<void>) => Promise<void>

/** Upper bound on concurrent lookups. Covers all tenants of a fleet, since each is unknown after a start. */
const atOnce = 500
const retryAfterMs = 2000

/** Creates the limit of one process. A lookup that takes longer than `holdMs` no longer counts. */
export function createUnknownHostLimit(now: () => number, holdMs: number): UnknownHostLimit {
  const slots = createSlots({ atOnce, maxWaiting: 0, holdMs, now })
  return async (lookup) => {
    const release = await slots.acquire('low', 0).catch((cause: unknown) => {
      throw new PublisherError('config_unavailable', unavailableMessage, { cause, retryAfterMs })
    })
    try {
      await lookup()
    } finally {
      release()
    }
  }
}
