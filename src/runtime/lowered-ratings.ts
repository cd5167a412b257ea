/** Log of ratings that people lower, so that a later complaint about a post can be answered. */
import type { LoweredRating } from '../workflow/rating.ts'
import type { Services } from './services.ts'

/** Creates a function that writes one line for each lowered rating. The audit line of the request names the person. */
export function loweringLog(
  { log }: Pick<Services, 'log'>,
  { tenant }: { tenant: string },
  requestId: string,
): (lowered: LoweredRating) => void {
  return ({ name, from, to }) =>
    log.info('rating lowered', {
      tenant,
      request_id: requestId,
      photo: name,
      from: from.rating,
      source: from.source,
      to,
    })
}
