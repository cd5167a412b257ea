/** What a host injects, observed: wrapped closest to the providers, so that only calls that are really made count. */
import type { AiPlaces } from '../../ports/ai-places.ts'
import type { ImageReducer } from '../../ports/images.ts'
import type { LanguageModel } from '../../ports/language-model.ts'
import type { Metrics } from '../../ports/metrics.ts'
import type { Publisher } from '../../ports/publisher.ts'
import { aiVendor, platformVendor } from '../../ports/vendors.ts'
import type { PublisherContext, PublisherFactories } from '../tenancy/tenant-publishers.ts'
import type { ModelFactory, StorageFactories } from '../tenancy/tenant-runtime.ts'
import type { Observe } from './observe.ts'
import { observeStore } from './observed-store.ts'

type PublisherFactory = (context: PublisherContext) => Publisher

export function observeStorages(factories: StorageFactories, observe: Observe): StorageFactories {
  const { s3, dropbox, local } = factories
  return {
    ...(s3 && { s3: (context, credentials) => observeStore(s3(context, credentials), observe) }),
    ...(dropbox && {
      dropbox: (context, credentials) => observeStore(dropbox(context, credentials), observe),
    }),
    ...(local && { local: (context) => observeStore(local(context), observe) }),
  }
}

export function observeModels(make: ModelFactory, observe: Observe): ModelFactory {
  return (credentials) => {
    const model = make(credentials)
    const ask: LanguageModel['ask'] = (request, ...rest) =>
      observe({ to: aiVendor, operation: request.name }, () => model.ask(request, ...rest))
    const listModels = model.listModels?.bind(model)
    return { ask, ...(listModels && { listModels }) }
  }
}

export function observePublishers(factories: PublisherFactories, observe: Observe): PublisherFactories {
  const observed = Object.entries(factories).map(([platform, make]): [string, PublisherFactory] => [
    platform,
    (context) => observePublisher(make(context), observe),
  ])
  return Object.fromEntries(observed)
}

/** One platform, each post of it observed. */
export function observePublisher(publisher: Publisher, observe: Observe): Publisher {
  const to = platformVendor(publisher.platform)
  const verify = publisher.verify?.bind(publisher)
  const subject = publisher.subject?.bind(publisher)
  return {
    platform: publisher.platform,
    captionRules: publisher.captionRules,
    pictureBox: publisher.pictureBox,
    describe: (post) => publisher.describe(post),
    ...(subject && { subject }),
    ...(verify && { verify }),
    publish: (post, signal) => observe({ to, operation: 'publish' }, () => publisher.publish(post, signal)),
  }
}

/** sharp in this process, or Cloudflare Images: either way something that photos queue for. */
export function observeImages(images: ImageReducer, observe: Observe): ImageReducer {
  const toJpeg = images.toJpeg?.bind(images)
  return {
    ...(toJpeg && {
      toJpeg: (source, owner) => observe({ to: 'images', operation: 'toJpeg' }, () => toJpeg(source, owner)),
    }),
    reduce: (source, box, mediaType, owner) =>
      observe({ to: 'images', operation: 'reduce' }, () => images.reduce(source, box, mediaType, owner)),
  }
}

/** Counts who waits for a place, over all tenants. */
export function placesObserver(metrics: Metrics): (places: AiPlaces) => AiPlaces {
  let waiting = 0
  metrics.watch('ai_calls_waiting', () => waiting)
  return (places) => ({
    async take(count, signal) {
      waiting++
      try {
        await places.take(count, signal)
      } finally {
        waiting--
      }
    },
  })
}
