/** What a host gives to the handlers: everything that differs between Node, Workers and a test. */
import type { StreamDigest } from '../workflow/ports/digest.ts'
import type { ImageReducer } from '../workflow/ports/images.ts'
import { createThumbnailCache } from '../workflow/thumbnail/memory.ts'
import { type ConfigCache, createConfigCache } from './config-cache.ts'
import type { ConfigSource } from './config-source.ts'
import type { FairnessObserver } from './fairness/observer.ts'
import type { Logger } from './log.ts'
import type { Assets } from './ports/assets.ts'
import type { KeyValueStore } from './ports/kv.ts'
import { createRequestLimits, type RequestLimits } from './request-limits.ts'
import type { Settings } from './settings.ts'
import { createSignIn, type SignIn } from './sign-in/sign-in.ts'
import { createSignedLinks, type SignedLinks } from './signed-links.ts'
import type { PublisherFactories } from './tenant-publishers.ts'
import {
  type ModelFactory,
  type StorageFactories,
  type TenantRuntime,
  tenantRuntimeFactory,
} from './tenant-runtime.ts'

export interface ServiceOptions {
  settings: Settings
  source: ConfigSource
  kv: KeyValueStore
  /**
   * Whether a write to `kv` shows at the next read and one write per request is fine, so that limits are counted there for all
   * processes: memory and Redis, not Cloudflare KV.
   */
  countsInKv: boolean
  images: ImageReducer
  digest: StreamDigest
  assets: Assets
  log: Logger
  /** Milliseconds since 1970. */
  now: () => number
  /** The storages that this host can use. */
  storages(links: SignedLinks): StorageFactories
  publishers: PublisherFactories
  model: ModelFactory
  /** Told of refused calls and of vendors that are down. Default: the log. */
  fairness?: FairnessObserver
}

export interface Services
  extends Omit<ServiceOptions, 'storages' | 'publishers' | 'model' | 'countsInKv' | 'fairness'> {
  configurations: ConfigCache<TenantRuntime>
  links: SignedLinks
  limits: RequestLimits
  /** `null` where no identity provider is configured. */
  signIn: SignIn | null
}

/** Wires one process. */
export function createServices(options: ServiceOptions): Services {
  const { settings, source, kv, log, now } = options
  const links = createSignedLinks(settings.sessionSecrets, now)
  const derive = tenantRuntimeFactory({
    source,
    storages: options.storages(links),
    publishers: options.publishers,
    model: options.model,
    thumbnails: createThumbnailCache(),
    settings,
    log,
    now,
    fairness: options.fairness ?? inLog(log),
  })
  return {
    ...options,
    links,
    limits: createRequestLimits({ ...(options.countsInKv && { kv }), log, now }),
    configurations: createConfigCache({ source, kv, derive, log, now }),
    signIn: settings.provider && createSignIn(settings.provider, options),
  }
}

/** A vendor that goes down or comes back is worth a line; each refused call is not. */
function inLog(log: Logger): FairnessObserver {
  return { onState: (vendor, state, tenant) => log.warn('vendor breaker', { tenant, vendor, state }) }
}
