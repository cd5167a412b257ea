/** Life of tokens: checks and renews connections in time, each by a single process at a time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { PlaneUnavailable, SecretsUnavailable } from '../contract/ports.ts'
import type { Tx } from '../database/database.ts'
import { type Outlet, startPump } from '../notices/pump.ts'
import type { PeopleServices } from '../people-services.ts'
import { adoptCredentials } from './adoption.ts'
import { sweepAttempts } from './attempts.ts'
import { healTimes, type LeasedConnection, leaseDue } from './leases.ts'
import { postpone, settleRefusal, settleSuccess } from './settle.ts'
import { openStored, type StoredConnection } from './stored.ts'
import { type Checked, type Vendor, VendorRefused } from './vendor.ts'

export interface TokenLife {
  /** Resolves when no check runs any more. */
  close(): Promise<void>
}

export type TokenLifeServices = Pick<PeopleServices, 'database' | 'envelope' | 'vendors' | 'now'>

/** Upper bound on checks at once. */
const parallel = 16
/** Upper bound on checks at once at each vendor, so that a vendor that hangs delays no other vendor. */
const parallelAtVendor = 4
const pauseMs = 1000
/** Interval of the work that is not about a due connection. */
const upkeepMs = 60_000
/** Delay of a check whose credentials cannot be opened now. */
const lockedMs = 5 * 60_000
/** Time that a check needs at most. With less of its lease left, it does not begin. */
const checkMs = 40_000
/** Tries to store a renewed token while the database is away, one per second. */
const storeTries = 600

/** Starts the loop. Several processes may run it on one database. */
export function startTokenLife(services: PeopleServices): TokenLife {
  return startPump({
    outlet: createTokenChecks(services),
    parallel,
    pauseMs,
    onError: (error) =>
      services.say(
        `A connection cannot be checked now: ${error instanceof Error ? error.name : 'unknown error'}`,
      ),
  })
}

/** Creates the outlet that checks due connections. `random` spreads the checks. */
export function createTokenChecks(
  services: TokenLifeServices,
  random = Math.random,
): Outlet<LeasedConnection> {
  const { database, envelope, vendors, now } = services
  let keptAt = Number.NEGATIVE_INFINITY
  /** Free slots of each vendor. */
  const free = new Map<string, number>([...vendors.keys()].map((provider) => [provider, parallelAtVendor]))
  const take = ({ provider }: LeasedConnection, slots: number) =>
    free.set(provider, (free.get(provider) ?? 0) - slots)

  async function upkeep(): Promise<void> {
    if (Math.abs(now() - keptAt) < upkeepMs) return
    keptAt = now()
    await healTimes(database, now())
    await adoptCredentials(database, vendors, now(), random)
    await sweepAttempts(services)
  }

  /** Opens what the check needs. Returns `undefined` after it postponed the check. */
  async function opened(leased: LeasedConnection): Promise<StoredConnection | undefined> {
    try {
      // A new token must be stored without a wait for a key service.
      await envelope.prepare([leased.tenant])
      const stored = await openStored(database.read, envelope, leased)
      if (!stored) await database.change((tx) => removeRow(tx, leased))
      return stored
    } catch (error) {
      if (!(error instanceof SecretsUnavailable)) throw error
      await database.change((tx) => postpone(tx, leased, now() + lockedMs))
      return undefined
    }
  }

  async function check(leased: LeasedConnection): Promise<void> {
    const vendor = vendorOf(services, leased)
    const asked = vendor && (await opened(leased))
    // After a pause of the process, another process may have the connection by now.
    if (!vendor || !asked || now() > Date.parse(leased.leased_until) - checkMs) return
    const outcome = await checked(vendor, asked, leased)
    const settlement = () => ({
      ...{ leased, asked, checkEveryMs: vendor.checkEveryMs },
      ...{ now: now(), random: random() },
    })
    if (outcome instanceof VendorRefused)
      await database.change((tx) => settleRefusal(tx, settlement(), outcome))
    else {
      const tries = outcome.renewed ? storeTries : 1
      await stubbornly(tries, () =>
        database.change((tx) => settleSuccess(tx, envelope, settlement(), outcome)),
      ).catch(async (error: unknown) => {
        if (error instanceof PlaneUnavailable || error instanceof SecretsUnavailable) throw error
        // Credentials that cannot be stored wait like any failure, instead of the head of the queue.
        const refusal = new VendorRefused('unavailable', 'The answer of the service could not be stored.')
        await database.change((tx) => settleRefusal(tx, settlement(), refusal))
      })
    }
  }

  return {
    async lease(count) {
      await upkeep()
      const leased = await leaseDue(database, { free, count, now: now() })
      for (const each of leased) take(each, 1)
      return leased
    },
    deliver: (leased) => check(leased).finally(() => take(leased, -1)),
  }
}

function vendorOf({ vendors }: TokenLifeServices, { provider }: LeasedConnection): Vendor | undefined {
  return [...vendors.values()].find((vendor) => vendor.provider === provider)
}

/** Asks the vendor. A failure of another kind is told like a vendor that does not answer. */
async function checked(
  vendor: Vendor,
  { credentials }: StoredConnection,
  { expires_at }: LeasedConnection,
): Promise<Checked | VendorRefused> {
  try {
    return await vendor.check(credentials, expires_at === null ? null : Date.parse(expires_at))
  } catch (error) {
    return error instanceof VendorRefused ? error : new VendorRefused('unavailable', 'The check failed.')
  }
}

/** Repeats a change while the database is away. */
async function stubbornly(tries: number, act: () => Promise<void>): Promise<void> {
  for (let left = tries; ; left--)
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof PlaneUnavailable) || left <= 1) throw error
      await sleep(1000)
    }
}

async function removeRow(tx: Tx, { tenant, ref, lease }: LeasedConnection): Promise<void> {
  await tx
    .deleteFrom('connection')
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .where('lease', '=', lease)
    .execute()
}
