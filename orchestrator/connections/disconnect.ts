/** Ends connections: at the vendor where a person connected the account, and here. */
import type { Actor } from '../audit/actor.ts'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { PeopleServices } from '../people-services.ts'
import type { Reads } from '../registry/sql/configurations.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { forgetConnection } from './apply.ts'
import { isOfPerson } from './ownership.ts'
import { refsOf } from './references.ts'
import { openStored } from './stored.ts'
import { type ConnectionProvider, type Vendor, VendorRefused } from './vendor.ts'

/** Longest wait for a vendor that revokes. */
const revokeMs = 10_000

/**
 * Ends a connection at the vendor and forgets it. `warning` says that the vendor did not confirm the end. Throws {@link Refused} if there
 * is no connection.
 */
export async function disconnect(
  services: PeopleServices,
  { tenant, provider, actor }: { tenant: string; provider: ConnectionProvider; actor: Actor },
): Promise<{ warning: string | null }> {
  const { database, now } = services
  const refs = await refsOf(database.read, tenant, provider)
  if (refs.length === 0) throw new Refused(`${tenant} has no connection to ${provider}.`)
  const vendor = services.vendors.get(provider)
  const revoking = vendor?.revoke
    ? (await refsOfPerson(database.read, tenant, refs)).map((ref) =>
        revoked(services, vendor, { tenant, ref }),
      )
    : []
  const failures = (await Promise.all(revoking)).filter((failure) => failure !== undefined)
  const outcome = failures.length > 0 ? 'not revoked' : revoking.length > 0 ? 'revoked' : 'forgotten'
  await database.change((tx) => forgetConnection(tx, { tenant, provider, actor, outcome, now: now() }))
  await services.showNow(tenant)
  return { warning: failures[0] ?? null }
}

/** Returns the references that a person connected. Other tenants may share credentials of the operator, so they are not revoked. */
async function refsOfPerson(read: Reads, tenant: string, refs: readonly string[]): Promise<string[]> {
  const own = await Promise.all(refs.map((ref) => isOfPerson(read, { tenant, ref })))
  return refs.filter((_, at) => own[at])
}

/** Revokes the credentials of a reference. Returns the failure in words. */
async function revoked(
  { database, envelope }: PeopleServices,
  vendor: Vendor,
  place: { tenant: string; ref: string },
): Promise<string | undefined> {
  const timeout = Promise.withResolvers<string>()
  const timer = setTimeout(() => timeout.resolve('The service did not answer in time.'), revokeMs)
  const revoking = openStored(database.read, envelope, place).then(async (stored) => {
    if (stored) await vendor.revoke?.(stored.credentials)
    return undefined
  })
  try {
    return await Promise.race([revoking, timeout.promise])
  } catch (error) {
    if (error instanceof VendorRefused) return error.reason === 'revoked' ? undefined : error.message
    if (error instanceof SecretsUnavailable) return 'The stored credentials do not open.'
    return 'The service could not be reached.'
  } finally {
    clearTimeout(timer)
  }
}
