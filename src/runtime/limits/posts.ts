/** A tenant's posts: few at once, since each holds its pictures for as long as a platform takes its time. */
import type { Platform } from '../../contract/platform.ts'
import type { PostSlots } from '../../ports/post-slots.ts'
import { createAcquire, type TenantSlotsOptions } from './acquire.ts'
import type { ByteBudget } from './byte-budget.ts'

/** Somebody who publishes many photos by a script stands in a line of their own. */
const limits = { atOnce: 4, maxWaiting: 32 }
/** What somebody waits before the post begins: with a post of usual length it should fit into the 30 s of Heroku's router. */
const patienceMs = 15_000
/** As long as a claim of the ledger is respected: who takes longer has lost it as well. */
const holdMs = 10 * 60_000

interface PostSlotsOptions extends Pick<TenantSlotsOptions, 'tenant' | 'now' | 'observer'> {
  /** Name of a platform's vendor in metrics and log. */
  vendorOf(platform: Platform): string
}

/** Makes one tenant's places. `pictures` is shared by all tenants. */
export function createPostSlots(
  { tenant, now, observer, vendorOf }: PostSlotsOptions,
  pictures: ByteBudget,
): PostSlots {
  const acquire = createAcquire({ ...limits, queue: 'publishing', tenant, now, observer, holdMs })
  return {
    async run(platforms, work, signal) {
      const vendors = platforms.map(vendorOf)
      const release = await acquire({ priority: 'high', patienceMs, vendors, signal })
      try {
        return await work()
      } finally {
        release()
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
