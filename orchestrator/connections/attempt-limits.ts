/** Limits on attempts: no tenant makes this server ask vendors, or guess passwords, without end. */
import type { Database, Tx } from '../database/database.ts'
import { attemptMs, keptMs, type NewAttempt } from './attempts.ts'
import { VendorRefused } from './vendor.ts'

/** Upper bound on a tenant's attempts of ten minutes, with its tries of pasted values. */
const maxAttempts = 50
/** Upper bound on a tenant's tries of pasted values in ten minutes. */
const maxTries = 20

type Limited = { database: Database; now(): number }

/** Stores an attempt that cannot be used yet. Throws {@link VendorRefused} if the tenant has too many. */
export function countAttempt({ database, now }: Limited, attempt: NewAttempt): Promise<void> {
  return database.change(async (tx) => {
    const at = now()
    await removeOld(tx, attempt.tenant, at)
    if ((await livingAttempts(tx, attempt.tenant, at)).length >= maxAttempts)
      throw new VendorRefused('rate_limited', 'Too many connections were begun. Try again in ten minutes.')
    await insert(tx, attempt, at)
  })
}

/** Counts a try of pasted values. Throws {@link VendorRefused} if the tenant made too many. */
export function countTry(
  { database, now }: Limited,
  attempt: Omit<NewAttempt, 'replaces' | 'returnTo'>,
): Promise<void> {
  return database.change(async (tx) => {
    const at = now()
    await removeOld(tx, attempt.tenant, at)
    const living = await livingAttempts(tx, attempt.tenant, at)
    const tries = living.filter(({ return_to }) => return_to === '')
    if (tries.length >= maxTries || living.length >= maxAttempts)
      throw new VendorRefused('rate_limited', 'Too many values were tried. Try again in ten minutes.')
    // A try returns no browser to any page.
    await insert(tx, { ...attempt, replaces: false, returnTo: '' }, at)
  })
}

async function removeOld(tx: Tx, tenant: string, at: number): Promise<void> {
  await tx
    .deleteFrom('connection_attempt')
    .where('tenant', '=', tenant)
    .where('expires_at', '<', timeOf(at - keptMs))
    .execute()
}

function livingAttempts(tx: Tx, tenant: string, at: number): Promise<{ return_to: string }[]> {
  return tx
    .selectFrom('connection_attempt')
    .select('return_to')
    .where('tenant', '=', tenant)
    .where('expires_at', '>', timeOf(at))
    .limit(maxAttempts)
    .execute()
}

async function insert(tx: Tx, attempt: NewAttempt, at: number): Promise<void> {
  const { id, tenant, provider, actor, replaces, returnTo } = attempt
  await tx
    .insertInto('connection_attempt')
    .values({
      ...{ id, tenant, provider, actor: actor.name, replaces: replaces ? 1 : 0, return_to: returnTo },
      ...{ browser: null, kept: '', data_key: '', used_at: null, error_code: '', error_words: '' },
      at: timeOf(at),
      expires_at: timeOf(at + attemptMs),
    })
    .execute()
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
