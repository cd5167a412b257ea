/** A tenant's photo index, previews and notes on photographer's words, in the tenant's storage or in memory. */
import { LRUCache } from 'lru-cache'
import { pause } from '../../base/time.ts'
import type { PhotoStore, PreviewFiles } from '../../ports/storage.ts'
import { sizeOfWords } from '../../workflow/photographer/words.ts'
import {
  createPhotographerNotes,
  type PhotographerNotes,
  type Remembered,
} from '../../workflow/photographer.ts'
import { dayOf, type LoadedIndex } from '../../workflow/previews/kept-index.ts'
import { createPhotoIndex, type PhotoIndex } from '../../workflow/previews/photo-index.ts'
import { sweepPreviews } from '../../workflow/previews/sweep.ts'
import { createLookAhead, type LookAhead } from '../../workflow/thumbnail/look-ahead.ts'
import { createPreviews, type MakePlaceholder, type Previews } from '../../workflow/thumbnail/previews.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import type { TenantScope } from './tenant-scope.ts'

/** Indexes of all tenants, one cache per process. Each tenant has its own keys. */
export type IndexCache = LRUCache<string, LoadedIndex>

/** Words of photographers of all tenants, one cache per process. Each tenant has its own keys. */
export type WordsCache = LRUCache<string, Remembered>

export interface TenantPreviews {
  index: PhotoIndex
  photographer: PhotographerNotes
  previews: Previews
  lookAhead: LookAhead
  /** Writes new notes, and sweeps once a day, all after the answer. */
  care(waitUntil: (work: Promise<unknown>) => void): void
}

export interface TenantPreviewOptions {
  /** Shared by all tenants. */
  indexes: IndexCache
  /** Shared by all tenants. */
  words: WordsCache
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

/** Creates the cache. The default of 4 MB holds the words of some 3,000 photos. */
export function createWordsCache(maxBytes = 4 * 2 ** 20): WordsCache {
  return new LRUCache({
    maxSize: maxBytes,
    sizeCalculation: ({ words }, key) => 200 + 2 * key.length + (words ? sizeOfWords(words) : 0),
  })
}

export interface TenantStores {
  store: PhotoStore
  /** The same storage, for calls that nothing else observes. */
  files: Pick<PhotoStore, 'read'>
  /** Returns the tenant's store for people who look. */
  viewing(): PhotoStore
}

/** Opens the previews of one tenant. `identity`: key of the tenant and its configuration version in shared caches. */
export function openTenantPreviews(
  options: TenantPreviewOptions,
  { tenant, config }: Pick<TenantScope, 'tenant' | 'config'>,
  identity: string,
  stores: TenantStores,
): TenantPreviews {
  const { indexes, placeholderOf, indexDelay = () => pause(2000), log, now } = options
  const { store } = stores
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
  const photographer = openPhotographer(options, { tenant, files, index, identity }, stores)
  const isNative = store.thumbnail !== undefined
  const previews = createPreviews({ files, index, isNative, placeholderOf, now, onTrouble })
  const sweep = async () => {
    const today = dayOf(now())
    if ((await index.sweptDay()) < today) await sweepPreviews({ store, index, today })
  }
  let checkedAt = Number.NEGATIVE_INFINITY
  return {
    index,
    photographer,
    previews,
    lookAhead: createLookAhead(now),
    care(waitUntil) {
      index.save(waitUntil)
      if (photographer.hasNews()) waitUntil(photographer.save().then(() => index.save(waitUntil)))
      // Few photos of a store with thumbnails of its own have previews.
      if (!files || isNative || now() - checkedAt < sweepCheckMs) return
      checkedAt = now()
      waitUntil(sweep().catch(onTrouble))
    },
  }
}

function openPhotographer(
  { words, log, now }: Pick<TenantPreviewOptions, 'words' | 'log' | 'now'>,
  {
    tenant,
    identity,
    ...kept
  }: { tenant: string; identity: string; files: PreviewFiles | null; index: PhotoIndex },
  { files, viewing }: TenantStores,
): PhotographerNotes {
  const keyOf = (key: string) => JSON.stringify([identity, key])
  return createPhotographerNotes({
    ...kept,
    viewing,
    read: files.read,
    memory: {
      get: (key) => words.get(keyOf(key)),
      set: (key, found) => void words.set(keyOf(key), found),
    },
    now,
    onTrouble: loggingOnce((error) =>
      log.info('the words of a photographer cannot be read for now', {
        tenant,
        error: describeError(error),
      }),
    ),
  })
}

function loggingOnce(write: (error: unknown) => void): (error: unknown) => void {
  let isLogged = false
  return (error) => {
    if (!isLogged) write(error)
    isLogged = true
  }
}
