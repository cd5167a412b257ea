/** Exchange of the code that a vendor's page gave, and storing of the account. */
import type { PeopleServices } from '../people-services.ts'
import { applyConnection } from './apply.ts'
import { type Attempt, noteRefusal } from './attempts.ts'
import { callbackUrl } from './connect.ts'
import { type Connected, type Vendor, VendorRefused } from './vendor.ts'

export type OAuthVendor = Vendor & Required<Pick<Vendor, 'oauth'>>

export interface Exchange {
  vendor: OAuthVendor
  attempt: Attempt
  /** Query of the callback. */
  answer: URLSearchParams
  kept: Readonly<Record<string, unknown>>
  /** Public address of the orchestrator. */
  base: string
}

/** Exchanges the code and stores the account. Returns the refusal, if there is any, and keeps its words. */
export async function exchangeCode(
  services: PeopleServices,
  exchange: Exchange,
): Promise<VendorRefused | undefined> {
  const { tenant, actor: name, replaces } = exchange.attempt
  const { provider, checkEveryMs } = exchange.vendor
  try {
    const connected = await finish(exchange)
    const actor = { name, requestId: `connect-${crypto.randomUUID()}` }
    const account = { tenant, provider, connected, actor, replaces: replaces === 1, checkEveryMs }
    await applyConnection({ ...services, now: services.now() }, account)
    await services.showNow(tenant)
    return undefined
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal !== error)
      services.say(
        `A connection to ${provider} failed: ${error instanceof Error ? error.name : 'unknown error'}`,
      )
    await noteRefusal(services, exchange.attempt, refusal)
    return refusal
  }
}

async function finish({ vendor: { oauth, provider }, answer, kept, base }: Exchange): Promise<Connected> {
  const issuer = answer.get('iss')
  // The answer must come from the server that was asked (RFC 9207).
  if (issuer !== null && typeof kept.issuer === 'string' && issuer !== kept.issuer)
    throw new VendorRefused('invalid', 'The answer came from another server.', 'iss')
  return oauth.finish(answer, kept, callbackUrl(base, provider))
}

/** Turns any failure into a refusal in words. */
function refusalOf(error: unknown): VendorRefused {
  if (error instanceof VendorRefused) return error
  return new VendorRefused('unavailable', 'The account could not be connected. Try again in a minute.')
}
