/** A tenant's photo index and previews, in the tenant's storage or in memory. */
import { LRUCache } from 'lru-cache'
import { pause } from '../../base/time.ts'
import type { PhotoStore, PreviewFiles } from '../../ports/storage.ts'
import { dayOf, type LoadedIndex } from '../../workflow/previews/kept-index.ts'
import { createPhotoIndex, type PhotoIndex } from '../../workflow/previews/photo-index.ts'
import { sweepPreviews } from '../../workflow/previews/sweep.ts'
import { createLookAhead, type LookAhead } from '../../workflow/thumbnail/look-ahead.ts'
import { createPreviews, type MakePlaceholder, type Previews } from '../../workflow/thumbnail/previews.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import type { TenantScope } from './tenant-scope.ts'

/** Indexes of all tenants, one cache per process. Each tenant has its own keys. */
export type IndexCache = LRUCache<string, LoadedIndex>

export interface TenantPreviews {
  index: PhotoIndex
  previews: Previews
  lookAhead: LookAhead
  /** Writes new notes of the index, and sweeps once a day, both after the answer. */
  care(waitUntil: (work: Promise<unknown>) => void): void
}

export interface TenantPreviewOptions {
  /** Shared by all tenants. */
  indexes: IndexCache
  /** Default: no placeholders. */
  placeholderOf?: MakePlaceholder | undefined
  /** Waits before an index is written. Default: 2 s. */
  indexDelay?: (() => Promise<void>) | undefined
  log: Logger
  now: () => number
}

/** Upper bound on all indexes, estimated: some 20,000 photos. */
const maxIndexBytes = 8 * 2 ** 20
/** Estimate for what is known about a photo. */
const bytesPerPhoto = 400
/** Pause between two looks at the day of the last sweep. */
const sweepCheckMs = 3_600_000

export function createIndexCache(): IndexCache {
  return new LRUCache({
    maxSize: maxIndexBytes,
    // The cap lets even the largest index fit. An index that never fits would be read for each answer.
    sizeCalculation: ({ photos }, key) =>
      Math.min(maxIndexBytes, 200 + key.length + photos.size * bytesPerPhoto),
  })
}

/** Opens the previews of one tenant. `identity`: key of the tenant and its configuration version in shared caches. */
export function openTenantPreviews(
  { indexes, placeholderOf, indexDelay = () => pause(2000), log, now }: TenantPreviewOptions,
  { tenant, config }: Pick<TenantScope, 'tenant' | 'config'>,
  identity: string,
  store: PhotoStore,
): TenantPreviews {
  const files: PreviewFiles | null = config.storage.previews === 'storage' ? store : null
  const onTrouble = loggingOnce((error) =>
    log.info('previews stay in memory for now', { tenant, error: describeError(error) }),
  )
  const index = createPhotoIndex({
    files,
    memory: {
      get: () => indexes.get(identity),
      // A new object, so that the cache counts the bytes anew.
      set: (loaded) => void indexes.set(identity, { ...loaded }),
    },
    now,
    delay: indexDelay,
    onTrouble,
  })
  const isNative = store.thumbnail !== undefined
  const previews = createPreviews({ files, index, isNative, placeholderOf, now, onTrouble })
  const sweep = async () => {
    const today = dayOf(now())
    if ((await index.sweptDay()) < today) await sweepPreviews({ store, index, today })
  }
  let checkedAt = Number.NEGATIVE_INFINITY
  return {
    index,
    previews,
    lookAhead: createLookAhead(now),
    care(waitUntil) {
      index.save(waitUntil)
      // Few photos of a store with thumbnails of its own have previews.
      if (!files || isNative || now() - checkedAt < sweepCheckMs) return
      checkedAt = now()
      waitUntil(sweep().catch(onTrouble))
    },
  }
}

function loggingOnce(write: (error: unknown) => void): (error: unknown) => void {
  let isLogged = false
  return (error) => {
    if (!isLogged) write(error)
    isLogged = true
  }
}
