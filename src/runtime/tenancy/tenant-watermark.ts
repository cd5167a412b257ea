/** Remembers the watermarks of tenants. They are made at the first use, and files are read again after a while. */
import { LRUCache } from 'lru-cache'
import { isPublisherError, type PublisherError } from '../../base/errors.ts'
import { settlesWithin } from '../../base/time.ts'
import type { WatermarkSettings } from '../../contract/blocks/watermark.ts'
import type { Watermark } from '../../ports/images.ts'
import { makeWatermark, type WatermarkTools, wantsWatermark } from '../../workflow/watermark.ts'

/** A watermark, or the reason why there is none. */
interface Known {
  outcome: Watermark | PublisherError
  at: number
}

/** Watermarks of all tenants, one cache per process. Each tenant has its own keys. */
export type WatermarkCache = LRUCache<string, Known>

/** Returns the watermark, `null` if the tenant wants none. Throws the errors of {@link makeWatermark}. */
export type FindWatermark = () => Promise<Watermark | null>

/** Upper bound on all watermarks in memory: some 200 of the usual size. */
const maxBytes = 8 * 2 ** 20
/** Memory of an entry besides its picture. */
const entryBytes = 500
/** Age at which a file is read again, in case the tenant replaced it. */
const fileAgeMs = 600_000
/** Age at which a watermark that could not be made is tried again. */
const troubleMs = 15_000
/** Time limit of another request's work, which a Worker may cancel with its request. */
const patienceMs = 10_000

export function createWatermarkCache(): WatermarkCache {
  return new LRUCache({
    maxSize: maxBytes,
    sizeCalculation: ({ outcome }, key) =>
      entryBytes + key.length + ('picture' in outcome ? outcome.picture.length : 0),
  })
}

export interface WatermarkOptions {
  cache: WatermarkCache
  /** Key of the tenant and its configuration version in shared caches. */
  identity: string
  settings: WatermarkSettings
  /** Opens the store and the reducer at the first use. */
  tools(): WatermarkTools
  now: () => number
}

/** Creates the function of one tenant and configuration version. */
export function createWatermarkFinder(options: WatermarkOptions): FindWatermark {
  const { cache, identity, settings, tools, now } = options
  let making: Promise<Watermark | PublisherError> | undefined

  function remembered(): Watermark | PublisherError | undefined {
    const known = cache.get(identity)
    if (!known) return undefined
    const age = now() - known.at
    if (!('picture' in known.outcome)) return age < troubleMs ? known.outcome : undefined
    return settings.image === undefined || age < fileAgeMs ? known.outcome : undefined
  }

  async function make(): Promise<Watermark | PublisherError> {
    const outcome = await makeWatermark(tools(), settings).catch((error: unknown) => {
      if (isPublisherError(error, 'watermark_unavailable')) return error
      throw error
    })
    if (outcome === null) throw new TypeError('The settings ask for no watermark.')
    cache.set(identity, { outcome, at: now() })
    return outcome
  }

  async function find(): Promise<Watermark | PublisherError> {
    const known = remembered()
    if (known) return known
    const running = making
    if (running && (await settlesWithin(running, patienceMs))) return running
    const mine = make()
    making = mine
    try {
      return await mine
    } finally {
      if (making === mine) making = undefined
    }
  }

  return async () => {
    if (!wantsWatermark(settings)) return null
    const found = await find()
    if (!('picture' in found)) throw found
    return found
  }
}
