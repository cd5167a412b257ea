/** What one tenant's requests run with. It lives exactly as long as one version of the tenant's configuration. */

import { PublisherError } from '../../base/errors.ts'
import type { CredentialsOf } from '../../contract/credentials.ts'
import type { Host, Tenant, TenantHost } from '../../contract/host.ts'
import { modelNotices } from '../../contract/model-notices.ts'
import type { RuntimeAnswer, RuntimeConfig } from '../../contract/runtime-answer.ts'
import type { AiPlaces } from '../../ports/ai-places.ts'
import type { ConfigSource } from '../../ports/config-source.ts'
import type { CredentialSource } from '../../ports/credentials.ts'
import type { LanguageModel } from '../../ports/language-model.ts'
import type { PostPlaces } from '../../ports/post-places.ts'
import type { Publisher } from '../../ports/publisher.ts'
import type { RateCounter } from '../../ports/rate-counter.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { aiVendor, platformVendor, storageVendor } from '../../ports/vendors.ts'
import { type OwnSidecarTools, withOwnSidecars } from '../../workflow/own-sidecars.ts'
import {
  createThumbnailMemory,
  type ThumbnailCache,
  type ThumbnailMemory,
} from '../../workflow/thumbnail/memory.ts'
import { createAiPlaces } from '../limits/ai-places.ts'
import type { ByteBudget } from '../limits/byte-budget.ts'
import type { FairnessObserver } from '../limits/observer.ts'
import { createPostPlaces } from '../limits/posts.ts'
import type { Settings } from '../settings/settings.ts'
import { adminsOf } from '../sign-in/admins.ts'
import type { Logger } from '../telemetry/log.ts'
import { modelCalls } from '../vendor-calls/model-calls.ts'
import type { Observe } from '../vendor-calls/observe.ts'
import { publisherCalls } from '../vendor-calls/publisher-calls.ts'
import { storageCalls } from '../vendor-calls/storage-calls.ts'
import { createCredentialCache } from './credential-cache.ts'
import { createRecentNames, type ListingCache, type RecentNames } from './recent-names.ts'
import { type PublisherFactories, type TenantPublishers, tenantPublishers } from './tenant-publishers.ts'

export interface TenantRuntime {
  readonly host: Host
  /** The host's first label: decides about access. */
  readonly tenant: Tenant
  /** The orchestrator's name for the tenant: for display only. */
  readonly displayName: string
  readonly config: RuntimeConfig
  readonly configVersion: string
  /** The tenant's storage, made when first needed. Throws `provider_unavailable`. */
  storage(): PhotoStore
  /** Where the tenant publishes, made when first needed. */
  publishers(): TenantPublishers
  /** The AI, `null` where the configuration names no credentials for one. */
  model(): LanguageModel | null
  /** The tenant's allowance of calls to it. */
  readonly aiPlaces: AiPlaces
  /** The tenant's places for posts, made when first needed. */
  postPlaces(): PostPlaces
  /** Finished thumbnails of this tenant in this version. */
  readonly thumbnails: ThumbnailMemory
  /** Names of the root's photos. */
  readonly recentNames: RecentNames
}

/** Without a folder for each tenant a configuration could name any path of the disk. */
const noLocalStorage =
  'This server keeps no photos on its own disk: the storage "local" needs LOCAL_STORAGE_ROOT.'

type StorageConfig = RuntimeConfig['storage']

export interface StorageContext {
  host: Host
  tenant: Tenant
  paths: StorageConfig['paths']
  /** Named as the configuration names it. */
  provider: StorageConfig['provider']
}

/** How a host makes stores. A provider that is missing here is unavailable on this host. */
export interface StorageFactories {
  s3?(context: StorageContext, credentials: CredentialSource<CredentialsOf<'s3' | 'managed'>>): PhotoStore
  dropbox?(context: StorageContext, credentials: CredentialSource<CredentialsOf<'dropbox'>>): PhotoStore
  local?(context: StorageContext): PhotoStore
}

/** How a host makes the AI's client. */
export type ModelFactory = (credentials: CredentialSource<CredentialsOf<'openai'>>) => LanguageModel

export interface TenantRuntimeOptions {
  source: ConfigSource
  /** Shared by all tenants, whose memories keep their keys apart. */
  thumbnails: ThumbnailCache
  /** The same. */
  listings: ListingCache
  /** Makes the digests by which a store tells whose a sidecar is. Default: names alone tell it. */
  digestsOf?: (
    store: PhotoStore,
    tenant: Pick<TenantRuntime, 'host' | 'tenant' | 'config'>,
  ) => Pick<OwnSidecarTools, 'sha256Of' | 'rememberedSha256Of'>
  /** Room for the pictures of posts that are under way; shared by all tenants. */
  pictures: ByteBudget
  storages: StorageFactories
  publishers: PublisherFactories
  model: ModelFactory
  settings: Pick<Settings, 'adminEmails'>
  /** Counts calls of the AI for all processes. */
  counter?: RateCounter | undefined
  /** Counts who waits for the AI. Default: nobody does. */
  observePlaces?: (places: AiPlaces) => AiPlaces
  /** Measures each call to a vendor. */
  observe: Observe
  log: Logger
  now: () => number
  /** Told of refused calls and of vendors that are down. */
  fairness?: FairnessObserver
}

/** Logs what the operator should mend: fields that could not be used, and models that will be retired. */
function tell(log: Logger, { config, faults }: RuntimeAnswer): void {
  for (const fault of faults) log.warn('configuration field unusable', { ...fault })
  for (const { severity, text, ...notice } of modelNotices(config.ai)) {
    const stated = Object.fromEntries(
      Object.entries({ ...notice, notice: text }).filter(([, it]) => it !== null),
    )
    if (severity === 'critical') log.error('model notice', stated)
    else if (severity === 'info') log.info('model notice', stated)
    else log.warn('model notice', stated)
  }
}

/** The same store. `onChange` is called after each attempt to bring photos into a folder or out of it, since a failed one may have done so. */
function noticingChanges(store: PhotoStore, onChange: () => void): PhotoStore {
  const then = <T>(change: Promise<T>) => change.finally(onChange)
  return {
    ...store,
    upload: (...photo) => then(store.upload(...photo)),
    move: (...photo) => then(store.move(...photo)),
    delete: (...photo) => then(store.delete(...photo)),
  }
}

/** Gives the function that turns a runtime answer into what requests run with. */
export function tenantRuntimeFactory(options: TenantRuntimeOptions) {
  const {
    source,
    storages,
    thumbnails,
    listings,
    settings,
    counter,
    now,
    observePlaces = (places) => places,
  } = options
  return (answer: RuntimeAnswer, { host, tenant }: TenantHost): TenantRuntime => {
    tell(options.log.with({ tenant, config_version: answer.configVersion }), answer)
    const credentials = createCredentialCache({
      resolve: (ref) => source.resolveCredentials(tenant, ref, crypto.randomUUID()),
      ttlMs: answer.ttlSeconds * 1000,
      now,
    })
    const calls = { tenant, now, observer: options.fairness ?? {}, observe: options.observe }
    let store: PhotoStore | undefined
    let publishers: TenantPublishers | undefined
    let model: LanguageModel | null | undefined
    let postPlaces: PostPlaces | undefined
    let aiPlaces: AiPlaces | undefined
    /** Keys of shared caches: another configuration finds nothing of this one. */
    const identity = JSON.stringify([host, answer.configVersion])

    function openStorage(): PhotoStore {
      const { provider, paths, credentials_ref: ref = '' } = answer.config.storage
      const context = { host, tenant, paths, provider }
      switch (provider) {
        case 's3':
        case 'managed':
          if (storages.s3) return storages.s3(context, credentials.source(ref, 's3', 'managed'))
          break
        case 'dropbox':
          if (storages.dropbox) return storages.dropbox(context, credentials.source(ref, 'dropbox'))
          break
        case 'local':
          if (storages.local) return storages.local(context)
          throw new PublisherError('provider_unavailable', noLocalStorage)
        case 'gdrive':
          break
      }
      throw new PublisherError('provider_unavailable', `This server cannot use the storage "${provider}".`)
    }

    const storage = () => {
      if (store) return store
      const vendor = storageVendor(answer.config.storage.provider)
      const { store: calledStore, whenChanging } = storageCalls(openStorage(), { ...calls, vendor })
      const digests = options.digestsOf?.(whenChanging, { host, tenant, config: answer.config })
      const ownStore = withOwnSidecars(calledStore, { now, whenChanging, ...digests })
      store = noticingChanges(ownStore, () => recentNames.forget())
      return store
    }

    function openPublishers(): TenantPublishers {
      const { available, unavailable } = tenantPublishers(options.publishers, {
        config: answer.config,
        host,
        admins: adminsOf(answer.config, settings),
        // A reference that is missing resolves to nothing, as one does that is unknown.
        credentials: (ref = '', provider) => credentials.source(ref, provider),
      })
      const throughCalls = (publisher: Publisher) =>
        publisherCalls(publisher, { ...calls, vendor: platformVendor(publisher.platform) })
      return { available: available.map(throughCalls), unavailable }
    }

    function openModel(): LanguageModel | null {
      const { credentials_ref: ref } = answer.config.ai
      if (ref === undefined) return null
      return modelCalls(options.model(credentials.source(ref, 'openai')), { ...calls, vendor: aiVendor })
    }

    function openAiPlaces(): AiPlaces {
      const ratePerMinute = answer.config.ai.rate_per_minute
      return observePlaces(createAiPlaces({ tenant, ratePerMinute, counter, now }))
    }

    async function listRoot() {
      const { photos } = await storage().list('root')
      return photos.map((photo) => photo.name)
    }

    const recentNames = createRecentNames({ cache: listings, identity, list: listRoot, now })

    return {
      host,
      tenant,
      displayName: answer.tenant || tenant,
      config: answer.config,
      configVersion: answer.configVersion,
      storage,
      publishers() {
        publishers ??= openPublishers()
        return publishers
      },
      model() {
        if (model === undefined) model = openModel()
        return model
      },
      postPlaces() {
        postPlaces ??= createPostPlaces(calls, options.pictures)
        return postPlaces
      },
      // Most of what a tenant without a visitor would take, and only analyses need it.
      get aiPlaces() {
        aiPlaces ??= openAiPlaces()
        return aiPlaces
      },
      thumbnails: createThumbnailMemory({ cache: thumbnails, identity }),
      recentNames,
    }
  }
}
