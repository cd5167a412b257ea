/** Converts a thrown value to a response, and logs server errors. */
import type { PublisherError } from '../base/errors.ts'
import type { Services } from '../runtime/services.ts'
import { describeError } from '../runtime/telemetry/log.ts'
import type { Exchange } from './exchange.ts'
import { type Offer, problemResponse, statusOf, toPublisherError } from './problem.ts'

/**
 * Returns the response for a thrown value. Never rejects. `offer` holds the links of an error page; the default for `not_found` on a
 * tenant's host is its gallery.
 */
export async function refusal(
  thrown: unknown,
  request: Request,
  exchange: Exchange,
  services: Pick<Services, 'log' | 'metrics'>,
  offer?: Offer,
): Promise<Response> {
  const error = toPublisherError(thrown)
  logFault(error, exchange, services)
  const home = exchange.runtime && error.code === 'not_found' ? { link: toGallery } : {}
  return problemResponse(error, request, exchange.requestId, offer ?? home)
}

const toGallery = { text: 'Open the gallery', href: '/' }

/** Counts the error, and logs it if the status is 5xx. */
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
