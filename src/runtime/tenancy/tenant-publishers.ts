/** Publishers for the channels that a tenant's configuration enables. */
import { maxCreditBytes } from '../../base/metadata/credit.ts'
import { type Channel, channelsOf } from '../../contract/channels.ts'
import { platforms } from '../../contract/platform.ts'
import type { PictureBox } from '../../ports/images.ts'
import type { ChannelPublisher } from '../../ports/publisher.ts'
import type { InstalledPublishers, OfferPicture } from '../../ports/publisher-driver.ts'
import { publisherCalls } from '../vendor-calls/publisher-calls.ts'
import type { TenantScope } from './tenant-scope.ts'

export interface TenantPublishers {
  available: readonly ChannelPublisher[]
  /** Channels that the configuration enables but this server cannot use. */
  unavailable: readonly Channel[]
}

/** Opens the enabled channels, each behind the pipeline, in the order of {@link platforms} and of the configuration. */
export function openTenantPublishers(
  installed: InstalledPublishers,
  { config, host, find, calls }: TenantScope,
  admins: readonly string[],
  offerPicture: OfferPicture,
): TenantPublishers {
  const available: ChannelPublisher[] = []
  const unavailable: Channel[] = []
  const channels = channelsOf(config.publishers)
  const ordered = platforms.flatMap((name) => channels.filter(({ platform }) => platform === name))
  for (const { entry, ...channel } of ordered) {
    const { open = null, vendor = channel.platform } = installed[channel.platform] ?? {}
    if (!open) unavailable.push(channel)
    else {
      const publisher = publisherCalls(open({ entry, config, host, admins, offerPicture }, find), {
        ...calls,
        vendor,
      })
      const pictureBox = config.content.keep_credit
        ? withRoomForCredit(publisher.pictureBox)
        : publisher.pictureBox
      available.push({ ...publisher, channel, pictureBox })
    }
  }
  return { available, unavailable }
}

/** Returns the box for a picture that gets its credit afterwards. */
function withRoomForCredit(box: PictureBox): PictureBox {
  return box.maxBytes === undefined ? box : { ...box, maxBytes: box.maxBytes - maxCreditBytes }
}
