/** Tokens in the addresses of offered pictures. */
import { z } from 'zod'
import { PublisherError } from '../../base/errors.ts'
import { createSealer } from '../../base/sealing/sealed-token.ts'
import type { Secret } from '../../base/secret.ts'
import type { Host } from '../../contract/host.ts'
import { isOffer, type OfferFolder } from '../../workflow/offered-pictures.ts'

export interface OfferTokens {
  /** Creates the token of one offer on one host. */
  seal(host: Host, folder: OfferFolder): Promise<string>
  /** Returns the offer that the token opens on this host. Throws `link_expired` for any other token. */
  open(token: string, host: Host): Promise<OfferFolder>
}

/** Time for which a platform may fetch an offered picture. */
export const offerSeconds = 600

const schema = z.object({
  folder: z.custom<OfferFolder>((value) => typeof value === 'string' && isOffer(value)),
})

/**
 * Encrypts with the first secret and accepts every secret. Unlike a signed link, such a token has exactly one spelling: a token with one
 * changed character opens nothing.
 */
export function createOfferTokens(secrets: readonly [Secret, ...Secret[]], now: () => number): OfferTokens {
  const sealer = createSealer({ secrets, purpose: 'offered-picture', schema, now })
  return {
    seal: (host, folder) => sealer.seal({ folder }, { audience: host, expiresInSeconds: offerSeconds }),
    async open(token, host) {
      const opened = await sealer.open(token, host)
      if (opened) return opened.content.folder
      throw offerEnded()
    },
  }
}

/** Returns the error for a picture that is not offered, or no longer. */
export function offerEnded(): PublisherError {
  return new PublisherError('link_expired', 'This link is invalid or has expired.')
}
