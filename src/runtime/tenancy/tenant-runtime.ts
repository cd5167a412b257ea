/** Configuration, stores and clients of one tenant, for the lifetime of one configuration version. */
import { once } from '../../base/once.ts'
import type { Host, Tenant, TenantHost } from '../../contract/host.ts'
import type { Platform } from '../../contract/platform.ts'
import type { RuntimeAnswer, RuntimeConfig } from '../../contract/runtime-answer.ts'
import type { AiSlots } from '../../ports/ai-slots.ts'
import type { ImageReducer } from '../../ports/images.ts'
import type { LanguageModel } from '../../ports/language-model.ts'
import type { InstalledModel } from '../../ports/model-driver.ts'
import type { Folder } from '../../ports/photo.ts'
import type { PostSlots } from '../../ports/post-slots.ts'
import type { InstalledPublishers } from '../../ports/publisher-driver.ts'
import type { RateCounter } from '../../ports/rate-counter.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import type { LedgerKeeper } from '../../workflow/ledger/claimed-records.ts'
import {
  createThumbnailMemory,
  type ThumbnailCache,
  type ThumbnailMemory,
} from '../../workflow/thumbnail/memory.ts'
import { createAiSlots } from '../limits/ai-slots.ts'
import type { ByteBudget } from '../limits/byte-budget.ts'
import { createPostSlots } from '../limits/posts.ts'
import type { Settings } from '../settings/settings.ts'
import { adminsOf } from '../sign-in/admins.ts'
import type { Logger } from '../telemetry/log.ts'
import { modelCalls } from '../vendor-calls/model-calls.ts'
import { logNotices } from './answer-notices.ts'
import { createOffers, type OfferTools } from './offered-pictures.ts'
import { openTenantPreviews, type TenantPreviewOptions, type TenantPreviews } from './tenant-previews.ts'
import { openTenantPublishers, type TenantPublishers } from './tenant-publishers.ts'
import { type TenantScope, type TenantScopeOptions, tenantScope } from './tenant-scope.ts'
import { openTenantStorage, type TenantStorageOptions } from './tenant-storage.ts'
import { createWatermarkFinder, type FindWatermark, type WatermarkCache } from './tenant-watermark.ts'
import type { KeepAlive, SharedListing } from './viewing/listings.ts'
import type { Changed } from './viewing/photo-changes.ts'
import type { PublicationMemory } from './viewing/publication-memory.ts'
import { createViewing, type ViewingMemory } from './viewing/viewing.ts'

export interface TenantRuntime {
  readonly host: Host
  /** The host's first label. Decides about access. */
  readonly tenant: Tenant
  /** The orchestrator's name for the tenant, for display only. */
  readonly displayName: string
  readonly config: RuntimeConfig
  readonly configVersion: string
  /** The tenant's storage, created at the first use. Throws `provider_unavailable`. */
  storage(): PhotoStore
  /** Returns the keeper of the ledger. Throws `provider_unavailable`, `claims_unavailable` and the errors of the storage. */
  ledgerKeeper(): Promise<LedgerKeeper>
  /**
   * The tenant's storage for people who look: answers from memory where it can, at most 30 s old. Every change goes to
   * {@link TenantRuntime.storage}. `keepAlive` keeps renewals in the background alive after the response. Throws `provider_unavailable`.
   */
  viewing(keepAlive?: KeepAlive): PhotoStore
  /** Returns a folder's listing if it is in memory. Never calls the storage. */
  peekListing(folder: Folder): SharedListing | undefined
  /** Publications that an admin has looked at. */
  readonly publicationMemory: PublicationMemory
  /** Platforms on which the tenant publishes, created at the first use. */
  publishers(): TenantPublishers
  /** The AI; `null` if the configuration names no credentials for an AI. */
  model(): LanguageModel | null
  /** Rate limit on the tenant's calls to the AI. */
  readonly aiSlots: AiSlots
  /** Slots for the tenant's posts, created at the first use. */
  postSlots(): PostSlots
  /** Finished thumbnails of this tenant and configuration version. */
  readonly thumbnails: ThumbnailMemory
  /** Previews and photo index of this tenant, opened at the first use. Throws `provider_unavailable`. */
  previews(): TenantPreviews
  /** Watermark of pictures that leave. Throws `watermark_unavailable`, and the errors of the storage and the reducer. */
  readonly watermark: FindWatermark
}

export interface TenantRuntimeOptions extends TenantScopeOptions, TenantStorageOptions, TenantPreviewOptions {
  /** Shared by all tenants. Each tenant has its own keys. */
  thumbnails: ThumbnailCache
  images: ImageReducer
  /** Shared by all tenants. Each tenant has its own keys. */
  watermarks: WatermarkCache
  /** Memories of photos. Shared by all tenants; each tenant has its own keys. */
  viewing: ViewingMemory
  /** Tells other processes that photos of the host have changed. Never rejects. Default: no other process. */
  announceChange?: ((host: Host) => Promise<void>) | undefined
  /** Memory for the pictures of running posts, shared by all tenants. */
  pictures: ByteBudget
  publishers: InstalledPublishers
  /** Offers pictures to platforms that fetch them. */
  offers: OfferTools
  /** `null` if this program has no AI. */
  model: InstalledModel | null
  settings: Pick<Settings, 'adminEmails'>
  /** Counts AI calls for all processes. */
  counter?: RateCounter | undefined
  /** Counts waiting AI calls. Default: no count. */
  observeSlots?: (slots: AiSlots) => AiSlots
  log: Logger
}

/** Returns a function that creates a {@link TenantRuntime} from a runtime answer. */
export function tenantRuntimeFactory(options: TenantRuntimeOptions) {
  const { thumbnails, now } = options
  const vendorOf = (platform: Platform) => options.publishers[platform]?.vendor ?? platform
  return (answer: RuntimeAnswer, tenantHost: TenantHost): TenantRuntime => {
    const { host, tenant } = tenantHost
    const { config, configVersion } = answer
    logNotices(options.log.with({ tenant, config_version: configVersion }), answer)
    const scope = tenantScope(options, answer, tenantHost)
    /** Key in shared caches. Keeps tenants and configuration versions apart. */
    const identity = JSON.stringify([host, configVersion])
    const storage = once(() =>
      openTenantStorage(options, scope, {
        onChange: changeNoter(options, host),
        knownListing: (folder) => viewing.peek(folder),
        previews: () => previews(),
      }),
    )
    const previews: () => TenantPreviews = once(() =>
      openTenantPreviews(options, scope, identity, { ...storage(), viewing: viewing.store }),
    )
    const viewing = createViewing({ memory: options.viewing, host, identity, storage, now })
    // Created late: the rate limiter would be most of the memory of an idle tenant, and only analyses need it.
    const aiSlots = once(() => openAiSlots(options, scope))
    return {
      host,
      tenant,
      displayName: answer.tenant || tenant,
      config,
      configVersion,
      storage: () => storage().store,
      ledgerKeeper: async () => storage().ledgerKeeper(),
      viewing: viewing.store,
      peekListing: viewing.peek,
      publicationMemory: viewing.publications,
      publishers: once(() => {
        const offer = createOffers(options.offers, host, () => storage().store)
        return openTenantPublishers(options.publishers, scope, adminsOf(config, options.settings), offer)
      }),
      model: once(() => openModel(options.model, scope)),
      postSlots: once(() => createPostSlots({ ...scope.calls, vendorOf }, options.pictures)),
      get aiSlots() {
        return aiSlots()
      },
      thumbnails: createThumbnailMemory({ cache: thumbnails, identity }),
      previews,
      watermark: createWatermarkFinder({
        cache: options.watermarks,
        identity,
        settings: config.content.watermark,
        tools: () => ({ store: storage().store, images: options.images, owner: tenant }),
        now,
      }),
    }
  }
}

/** Returns the function that notes a change: at once in this process, then in the others. */
function changeNoter(
  { viewing, announceChange = async () => undefined }: TenantRuntimeOptions,
  host: Host,
): (part: Changed) => Promise<void> {
  return (part) => {
    viewing.changes.note(host, part)
    return announceChange(host)
  }
}

function openModel(
  installed: InstalledModel | null,
  { config, find, calls }: TenantScope,
): LanguageModel | null {
  const { credentials_ref: ref } = config.ai
  if (!installed || ref === undefined) return null
  return modelCalls(installed.open(find, ref), { ...calls, vendor: installed.vendor })
}

function openAiSlots(
  { counter, now, observeSlots = (slots) => slots }: TenantRuntimeOptions,
  { tenant, config }: TenantScope,
): AiSlots {
  const ratePerMinute = config.ai.rate_per_minute
  return observeSlots(createAiSlots({ tenant, ratePerMinute, counter, now }))
}
