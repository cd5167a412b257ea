/** What was thrown while answering, as a response, with a line in the log where it is our fault. */
import type { PublisherError } from '../errors.ts'
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
  services: Pick<Services, 'log' | 'metrics'>,
  link?: PageLink,
): Promise<Response> {
  const error = toPublisherError(thrown)
  logFault(error, exchange, services)
  return problemResponse(error, request, exchange.requestId, link)
}

/** Counts it, with a line in the log where it is not the caller's fault. */
export function logFault(
  error: PublisherError,
  exchange: Exchange,
  { log, metrics }: Pick<Services, 'log' | 'metrics'>,
): void {
  metrics.refused(error.code)
  if (statusOf(error.code) < 500) return
  log.warn('refused', {
    request_id: exchange.requestId,
    tenant: exchange.runtime?.tenant ?? exchange.asked,
    code: error.code,
    error: describeError(error.code === 'internal_error' ? error.cause : error),
  })
}
