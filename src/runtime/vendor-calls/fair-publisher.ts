/** A tenant's platform under the eyes of a breaker. */
import { PublisherError } from '../../base/errors.ts'
import type { Publisher } from '../../ports/publisher.ts'
import { platformVendor } from '../../ports/vendors.ts'
import type { GateContext } from './fair-store.ts'
import { createWatch } from './watch.ts'

/** Longer than publishing waits for a platform. */
const probeMs = 100_000

/**
 * The same publisher, which throws `publish_unavailable` at once while the platform is down. That is said before the platform is called:
 * the photo surely was not sent, and its claim is given back.
 */
export function withFairPublisher(publisher: Publisher, context: GateContext): Publisher {
  const { platform, captionRules, pictureBox } = publisher
  const watch = createWatch({ ...context, vendor: platformVendor(platform), probeMs, unavailable })
  const verify = publisher.verify?.bind(publisher)
  const subject = publisher.subject?.bind(publisher)
  return {
    platform,
    captionRules,
    pictureBox,
    publish: (post, signal) => watch.run(() => publisher.publish(post, signal), { insists: false }),
    describe: (post) => publisher.describe(post),
    ...(subject && { subject }),
    ...(verify && { verify }),
  }
}

function unavailable(details: { retryAfterMs: number }): PublisherError {
  const message = 'This platform is not answering at the moment. Nothing was sent; try again shortly.'
  return new PublisherError('publish_unavailable', message, details)
}
