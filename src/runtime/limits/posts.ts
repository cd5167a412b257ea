/** A tenant's posts: few at once, since each holds its pictures for as long as a platform takes its time. */
import type { Platform } from '../../contract/platform.ts'
import type { PostPlaces } from '../../ports/post-places.ts'
import type { ByteBudget } from './byte-budget.ts'
import { createEntrance, type EntranceOptions } from './entrance.ts'

/** Somebody who publishes many photos by a script stands in a line of their own. */
const limits = { atOnce: 4, maxWaiting: 32 }
/** What somebody waits before the post begins: with a post of usual length it should fit into the 30 s of Heroku's router. */
const patienceMs = 15_000
/** As long as a claim of the ledger is respected: who takes longer has lost it as well. */
const holdMs = 10 * 60_000

interface PostPlacesOptions extends Pick<EntranceOptions, 'tenant' | 'now' | 'observer'> {
  /** Name of a platform's vendor in metrics and log. */
  vendorOf(platform: Platform): string
}

/** Makes one tenant's places. `pictures` is shared by all tenants. */
export function createPostPlaces(
  { tenant, now, observer, vendorOf }: PostPlacesOptions,
  pictures: ByteBudget,
): PostPlaces {
  const enter = createEntrance({ ...limits, queue: 'publishing', tenant, now, observer, holdMs })
  return {
    async run(platforms, work, signal) {
      const vendors = platforms.map(vendorOf)
      const leave = await enter({ line: 'first', patienceMs, vendors, signal })
      try {
        return await work()
      } finally {
        leave()
      }
    },
    async carry(bytes, work) {
      const portion = pictures.open(tenant, bytes)
      try {
        await portion.take(bytes)
        return await work()
      } finally {
        portion.end()
      }
    },
  }
}
