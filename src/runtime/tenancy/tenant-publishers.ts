/** Publishers for the platforms that a tenant's configuration enables. */
import { type Platform, platforms } from '../../contract/platform.ts'
import { enabledPublisher } from '../../contract/publisher-entries.ts'
import type { Publisher } from '../../ports/publisher.ts'
import type { InstalledPublishers, OfferPicture } from '../../ports/publisher-driver.ts'
import { publisherCalls } from '../vendor-calls/publisher-calls.ts'
import type { TenantScope } from './tenant-scope.ts'

export interface TenantPublishers {
  available: readonly Publisher[]
  /** Platforms that the configuration enables but this server cannot use. */
  unavailable: readonly Platform[]
}

/** Opens the enabled platforms, each behind the pipeline. Only the first enabled entry of a platform counts. */
export function openTenantPublishers(
  installed: InstalledPublishers,
  { config, host, find, calls }: TenantScope,
  admins: readonly string[],
  offerPicture: OfferPicture,
): TenantPublishers {
  const available: Publisher[] = []
  const unavailable: Platform[] = []
  for (const platform of platforms) {
    const entry = enabledPublisher(config.publishers, platform)
    if (!entry) continue
    const { open = null, vendor = platform } = installed[platform] ?? {}
    if (!open) unavailable.push(platform)
    else
      available.push(
        publisherCalls(open({ entry, config, host, admins, offerPicture }, find), { ...calls, vendor }),
      )
  }
  return { available, unavailable }
}
