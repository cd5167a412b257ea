/** Parts that a host gives to the handlers: everything that differs between Node, Workers and tests. */
import { parseHost } from '../contract/host.ts'
import type { Assets } from '../ports/assets.ts'
import type { ConfigSource } from '../ports/config-source.ts'
import type { StreamDigest } from '../ports/digest.ts'
import type { ImageReducer } from '../ports/images.ts'
import { type Invalidations, noInvalidations } from '../ports/invalidations.ts'
import type { KeyValueStore } from '../ports/kv.ts'
import { type Level, type Metrics, noMetrics } from '../ports/metrics.ts'
import type { InstalledModel } from '../ports/model-driver.ts'
import type { PictureCache } from '../ports/picture-cache.ts'
import type { InstalledPublishers } from '../ports/publisher-driver.ts'
import type { RateCounter } from '../ports/rate-counter.ts'
import type { InstalledStorages } from '../ports/storage-driver.ts'
import { contentDigest } from '../workflow/content-digest.ts'
import { createThumbnailCache } from '../workflow/thumbnail/memory.ts'
import type { MakePlaceholder } from '../workflow/thumbnail/previews.ts'
import { countWaitingForAi } from './limits/ai-slots.ts'
import { type ByteBudget, createByteBudget } from './limits/byte-budget.ts'
import type { FairnessObserver, Queue } from './limits/observer.ts'
import { createRequestLimits, type RequestLimits } from './limits/request-limits.ts'
import { type ChangeTokens, createChangeTokens } from './sealing/change-tokens.ts'
import { createOfferTokens, type OfferTokens } from './sealing/offer-tokens.ts'
import { createSealedStore, type SealedStore } from './sealing/sealed-store.ts'
import { createSignedLinks, type SignedLinks } from './sealing/signed-links.ts'
import type { Settings } from './settings/settings.ts'
import { createSignIn, type SignIn } from './sign-in/sign-in.ts'
import type { Logger } from './telemetry/log.ts'
import { type ConfigCache, createConfigCache } from './tenancy/config-cache.ts'
import { createDigestMemory } from './tenancy/digest-memory.ts'
import { withIndexedDigests } from './tenancy/indexed-digests.ts'
import { createPublicOrigins, type PublicOrigins } from './tenancy/public-origins.ts'
import { createReadyPictureCache, type ReadyPictureCache } from './tenancy/ready-pictures.ts'
import { createIndexCache, createWordsCache } from './tenancy/tenant-previews.ts'
import { type TenantRuntime, tenantRuntimeFactory } from './tenancy/tenant-runtime.ts'
import type { TenantStorageOptions } from './tenancy/tenant-storage.ts'
import { createWatermarkCache } from './tenancy/tenant-watermark.ts'
import type { PhotoChanges } from './tenancy/viewing/photo-changes.ts'
import { createViewingMemory } from './tenancy/viewing/viewing.ts'
import type { RequestMeter } from './usage/request-meter.ts'
import { createStorageMetering } from './usage/storage-metering.ts'
import { configSourceCalls } from './vendor-calls/config-source-calls.ts'
import { imageCalls } from './vendor-calls/image-calls.ts'
import { createObserver } from './vendor-calls/observe.ts'

/** Parts that a host chooses. */
export interface ServiceOptions {
  settings: Settings
  source: ConfigSource
  kv: KeyValueStore
  /** Counts for all processes. Default: each process counts alone. */
  counter?: RateCounter | undefined
  /** Sends invalidations to other processes and receives theirs. Default: each process finds changes by its own checks. */
  invalidations?: Invalidations | undefined
  /** Checks if the process is about to end, for `/health/ready` and `/health/traffic`. Default: never. */
  isDraining?(): boolean
  images: ImageReducer
  /** Keeps thumbnails of public galleries near visitors. Default: none. */
  pictureCache?: PictureCache
  /** Makes placeholders of photos. Default: none. */
  placeholderOf?: MakePlaceholder
  /** Waits before a photo index is written, so that many notes share a write. Default: 2 s. */
  indexDelay?(): Promise<void>
  /** Bytes for pictures that analyses make for publishing. Default: none, so publishing makes its pictures itself. */
  readyPictureBytes?: number
  digest: StreamDigest
  assets: Assets
  log: Logger
  /** Default: no metrics and no `/metrics`. */
  metrics?: Metrics
  /** Milliseconds since 1970. */
  now: () => number
  /** Runs work later, without keeping the process alive. Absent on Workers: they flush `requestMeter` after each request. */
  runLater?(work: () => void, ms: number): void
  /** Installs the storages of this host. `links` lead to originals that the handlers serve. */
  storages(links: SignedLinks): InstalledStorages
  publishers: InstalledPublishers
  /** `null` if this program has no AI. */
  model: InstalledModel | null
  /** Receives refused calls and state changes of breakers. Default: the log and the metrics. */
  fairness?: FairnessObserver
}

/** Parts that the handlers and jobs of one process share. */
export interface Services
  extends Omit<ServiceOptions, 'storages' | 'counter' | 'fairness' | 'readyPictureBytes'> {
  storages: InstalledStorages
  invalidations: Invalidations
  configurations: ConfigCache<TenantRuntime>
  /** Links to originals, for admins. */
  links: SignedLinks
  /** Links to copies without metadata, for visitors. */
  copyLinks: SignedLinks
  /** Links to pictures that platforms fetch. */
  offerTokens: OfferTokens
  /** Origins of tenants' hosts. */
  origins: PublicOrigins
  /** Counts changes of photos, which make memories outdated. */
  photoChanges: PhotoChanges
  /** Tokens by which a browser tells every process of its own changes. */
  changeTokens: ChangeTokens
  /** `null` if analyses make no pictures for publishing. */
  readyPictures: ReadyPictureCache | null
  limits: RequestLimits
  metrics: Metrics
  /** Counts the storage requests of tenants that pay for them. */
  requestMeter: RequestMeter
  /** Digests of originals. */
  sealedDigests: SealedStore
  /** `null` if no identity provider is configured. */
  signIn: SignIn | null
}

/** Memory for pictures of running posts: two dozen of the largest (2048 pixels, about 2 MB). A slow platform may occupy each for 90 s. */
const postedPictureBytes = 48 * 2 ** 20

/** Caches about 5,000 opened digests, so that a view need not open them again. */
const digestSealing = { purpose: 'digest', maxLength: 1000, maxOpened: 2_000_000 } as const

/** Wires one process. */
export function createServices(options: ServiceOptions): Services {
  const { settings, kv, counter, invalidations = noInvalidations, log, now, metrics = noMetrics } = options
  const observe = createObserver(metrics)
  const source = configSourceCalls(options.source, observe)
  const images = imageCalls(options.images, observe)
  const links = createSignedLinks('original-link', settings.sessionSecrets, now)
  const storages = options.storages(links)
  const origins = createPublicOrigins(settings)
  const offerTokens = createOfferTokens(settings.sessionSecrets, now)
  const pictures = postedPictures(metrics, now)
  const viewing = createViewingMemory()
  const sealing = { kv, secrets: settings.sessionSecrets, ...digestSealing, now }
  const sealedDigests = createSealedStore(sealing)
  const { requestMeter, requestsOf } = createStorageMetering({ ...options, source, metrics })
  const derive = tenantRuntimeFactory({
    source,
    requestsOf,
    digestsOf: digestsThrough(sealedDigests, options),
    storages,
    publishers: options.publishers,
    offers: { tokens: offerTokens, origins, now },
    model: options.model,
    observe,
    observeSlots: countWaitingForAi(metrics),
    thumbnails: createThumbnailCache(),
    images,
    watermarks: createWatermarkCache(),
    indexes: createIndexCache(),
    words: createWordsCache(),
    placeholderOf: options.placeholderOf,
    indexDelay: options.indexDelay,
    viewing,
    announceChange: invalidations.announceChange,
    pictures,
    settings,
    counter,
    log,
    now,
    fairness: options.fairness ?? forOperators(log, metrics),
  })
  const configurations = createConfigCache({
    source,
    kv,
    secrets: settings.sessionSecrets,
    derive,
    log,
    now,
    onResolved: metrics.resolved,
    maxBytes: settings.maxConfigBytes,
  })
  metrics.watch('configurations', () => configurations.sizes.configurations)
  metrics.watch('unknown_hosts', () => configurations.sizes.unknownHosts)
  const signIn = settings.provider && createSignIn(settings.provider, options)
  hearOthers(invalidations, { settings, configurations, photoChanges: viewing.changes, signIn })
  return {
    ...options,
    source,
    storages,
    images,
    metrics,
    links,
    copyLinks: createSignedLinks('copy-link', settings.sessionSecrets, now),
    offerTokens,
    origins,
    photoChanges: viewing.changes,
    changeTokens: createChangeTokens(settings.sessionSecrets, now),
    readyPictures: options.readyPictureBytes ? createReadyPictureCache(options.readyPictureBytes, now) : null,
    invalidations,
    limits: createRequestLimits({ counter, viewerRequests: settings.viewerRequests, now }),
    configurations,
    requestMeter,
    sealedDigests,
    signIn,
  }
}

/** Returns the function that finds the digests of a tenant's photos, and remembers them sealed. */
function digestsThrough(
  sealed: SealedStore,
  { digest, log }: Pick<ServiceOptions, 'digest' | 'log'>,
): NonNullable<TenantStorageOptions['digestsOf']> {
  return (store, tenant, index) => {
    const digests = withIndexedDigests(createDigestMemory(sealed, tenant, log), index)
    const tools = { store, digest, digests }
    return {
      sha256Of: (folder, entry) => contentDigest(tools, folder, entry),
      rememberedSha256Of: digests.get,
    }
  }
}

/** Creates the memory for pictures of running posts, and counts what is taken. */
function postedPictures(metrics: Metrics, now: () => number): ByteBudget {
  const pictures = createByteBudget({
    total: postedPictureBytes,
    patienceMs: 10_000,
    busy: 'Too many photos are being published at once. Nothing was sent. Try again in a few seconds.',
    now,
  })
  metrics.watch('posted_picture_bytes', () => pictures.takenBytes)
  return pictures
}

/** Listens to the other processes: what they invalidate or change leaves the memory of this process. */
function hearOthers(
  invalidations: Invalidations,
  {
    settings,
    configurations,
    photoChanges,
    signIn,
  }: Pick<Services, 'settings' | 'configurations' | 'photoChanges' | 'signIn'>,
): void {
  invalidations.listen({
    invalidated(name) {
      const host = parseHost(name, settings.baseDomain)
      if (!host) return
      configurations.hearInvalidation(host.host)
      photoChanges.hear(host.host)
    },
    photosChanged(name) {
      const host = parseHost(name, settings.baseDomain)
      if (host) photoChanges.hear(host.host)
    },
    lost: () => configurations.checkOften(),
    restored() {
      photoChanges.hearAll()
      configurations.markAllSuspect()
      void signIn?.endings.tellAgain()
    },
  })
}

/** Logs each change of a breaker. Refused calls are only counted. */
function forOperators(log: Logger, metrics: Metrics): FairnessObserver {
  const waiting: Record<Queue, number> = { storage: 0, ai: 0, publishing: 0 }
  const levels = [
    ['storage', 'storage_places_waiting'],
    ['ai', 'ai_places_waiting'],
    ['publishing', 'posts_waiting'],
  ] as const satisfies [Queue, Level][]
  for (const [queue, level] of levels) metrics.watch(level, () => waiting[queue])
  return {
    onState(vendor, state, tenant) {
      log.warn('vendor breaker', { tenant, vendor, state })
      metrics.breakerChanged(vendor, state)
    },
    onRejected: (vendor, reason) => metrics.rejected(vendor, reason),
    onWaiting(queue, change) {
      waiting[queue] += change
    },
  }
}
