/** Offers a tenant's pictures on the tenant's host, for platforms that fetch pictures themselves. */
import type { Host } from '../../contract/host.ts'
import type { OfferPicture } from '../../ports/publisher-driver.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { keepOffer, sweepOffers } from '../../workflow/offered-pictures.ts'
import { type OfferTokens, offerSeconds } from '../sealing/offer-tokens.ts'
import type { PublicOrigins } from './public-origins.ts'

/** Path of the route that serves offered pictures. */
export const offeredPicturePath = '/api/offered-picture'

export interface OfferTools {
  tokens: OfferTokens
  origins: PublicOrigins
  now: () => number
}

/** Pause between two sweeps. */
const sweepMs = 3_600_000

/** Creates the offers of one tenant. Uses the storage first when a picture is offered. */
export function createOffers(
  { tokens, origins, now }: OfferTools,
  host: Host,
  storage: () => Pick<PhotoStore, 'writePreview' | 'listPreviewFolders' | 'deletePreviewFolder'>,
): OfferPicture {
  let sweptAt = Number.NEGATIVE_INFINITY

  async function sweep(): Promise<void> {
    if (now() - sweptAt < sweepMs) return
    sweptAt = now()
    await sweepOffers(storage(), new Date(now()))
  }

  return async (picture) => {
    const folder = await keepOffer(storage(), picture, new Date(now() + offerSeconds * 1000))
    const token = await tokens.seal(host, folder)
    return {
      url: `${origins.of(host)}${offeredPicturePath}?token=${token}`,
      // The token opens nothing after ten minutes, and a later sweep deletes the picture.
      end: () => sweep().catch(() => undefined),
    }
  }
}
