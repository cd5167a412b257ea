/** What was thrown while answering, as a response, with a line in the log where it is our fault. */
import { describeError } from '../runtime/log.ts'
import type { Services } from '../runtime/services.ts'
import type { Exchange } from './exchange.ts'
import type { PageLink } from './message-page.ts'
import { problemResponse, statusOf, toPublisherError } from './problem.ts'

/** Never rejects. `link`: what a person is offered to do next. */
export async function refusal(
  thrown: unknown,
  request: Request,
  exchange: Exchange,
  { log }: Pick<Services, 'log'>,
  link?: PageLink,
): Promise<Response> {
  const error = toPublisherError(thrown)
  if (statusOf(error.code) >= 500) {
    log.warn('refused', {
      request_id: exchange.requestId,
      tenant: exchange.runtime?.tenant,
      code: error.code,
      error: describeError(error.code === 'internal_error' ? error.cause : error),
    })
  }
  return problemResponse(error, request, exchange.requestId, link)
}
