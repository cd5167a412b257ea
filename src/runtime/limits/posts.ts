/** Limit on a tenant's concurrent posts. Each post holds its pictures in memory until the platform answers. */
import type { Platform } from '../../contract/platform.ts'
import type { PostSlots } from '../../ports/post-slots.ts'
import { createAcquire, type TenantSlotsOptions } from './acquire.ts'
import type { ByteBudget } from './byte-budget.ts'

/** Each tenant has its own queue, so a script that publishes many photos delays only that tenant. */
const limits = { atOnce: 4, maxWaiting: 32 }
/** Longest wait for a slot. Together with a typical post it fits into the 30 s of Heroku's router. */
const patienceMs = 15_000
/** Longest time that a post holds its slot. Equals the lifetime of a claim in the ledger, so a longer post has lost its claim too. */
const holdMs = 10 * 60_000

interface PostSlotsOptions extends Pick<TenantSlotsOptions, 'tenant' | 'now' | 'observer'> {
  /** Name of a platform's vendor in metrics and log. */
  vendorOf(platform: Platform): string
}

/** Creates the post slots of one tenant. All tenants share `pictures`. */
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
