/** Stores, lists and deletes a tenant's credentials. */
import { type Actor, lineBy } from '../../audit/actor.ts'
import { canonicalJson } from '../../contract/canonical.ts'
import type { Database, Tx } from '../../database/database.ts'
import type { Envelope } from '../../secrets/envelope.ts'
import { type CheckedCredentials, fingerprintOf } from '../credentials.ts'
import { placesOf } from '../references.ts'
import { currentConfig } from './configurations.ts'
import { Refused } from './refusals.ts'
import { touch } from './touch.ts'

export interface CredentialPlace {
  tenant: string
  ref: string
}

/** Stores credentials under a new version. Returns false, and keeps the version, if the same values are stored already. */
export async function putCredentials(
  tx: Tx,
  envelope: Envelope,
  { tenant, ref, provider, value }: CredentialPlace & CheckedCredentials,
  actor: Actor,
): Promise<boolean> {
  const text = canonicalJson(value)
  const before = await tx
    .selectFrom('credential')
    .select(['provider', 'value', 'data_key'])
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .executeTakeFirst()
  if (before && before.provider === provider) {
    const same = await envelope.open(before, { tenant, ref, provider }, tx).then(
      (opened) => opened === text,
      // A value that does not open any more is replaced.
      () => false,
    )
    if (same) return false
  }
  const sealed = await envelope.seal(tx, { tenant, ref, provider }, text)
  const row = { provider, version: crypto.randomUUID(), ...sealed, at: new Date().toISOString() }
  await tx
    .insertInto('credential')
    .values({ tenant, ref, ...row })
    .onConflict((conflict) => conflict.columns(['tenant', 'ref']).doUpdateSet(row))
    .execute()
  await forgetFailures(tx, { tenant, ref }, provider)
  await touch(tx, tenant, lineAbout('credentials.put', { tenant, ref }, actor))
  return true
}

/** Lets the connection of new credentials be checked soon. Earlier failures belong to the old credentials. */
async function forgetFailures(tx: Tx, { tenant, ref }: CredentialPlace, provider: string): Promise<void> {
  const due_at = new Date().toISOString()
  await tx
    .updateTable('connection')
    .set({
      provider,
      due_at,
      failures: 0,
      failing_since: null,
      broken_at: null,
      error_code: '',
      error_words: '',
    })
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .execute()
}

/**
 * Deletes credentials. Throws {@link Refused} if the tenant has no such reference, or if the current configuration uses it and `force` is
 * not set.
 */
export function deleteCredentials(
  database: Database,
  { tenant, ref, force = false }: CredentialPlace & { force?: boolean | undefined },
  actor: Actor,
): Promise<void> {
  return database.change(async (tx) => {
    const current = await currentConfig(tx, tenant)
    const places = current ? placesOf(ref, JSON.parse(current.config)) : []
    if (places.length > 0 && !force)
      throw new Refused(
        `The current configuration of ${tenant} uses these credentials: ${places.join(', ')}.`,
      )
    await deleteWithin(tx, { tenant, ref }, actor)
  })
}

/** Deletes credentials within a change, together with their connection. Throws {@link Refused} if the tenant has no such reference. */
export async function deleteWithin(tx: Tx, { tenant, ref }: CredentialPlace, actor: Actor): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('credential')
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw new Refused(`${tenant} has no credentials of this reference.`)
  await tx.deleteFrom('connection').where('tenant', '=', tenant).where('ref', '=', ref).execute()
  await touch(tx, tenant, lineAbout('credentials.delete', { tenant, ref }, actor))
}

/** Returns the provider of each stored reference of a tenant. */
export async function storedProviders(
  read: Pick<Tx, 'selectFrom'>,
  tenant: string,
): Promise<Map<string, string>> {
  const rows = await read
    .selectFrom('credential')
    .select(['ref', 'provider'])
    .where('tenant', '=', tenant)
    .execute()
  return new Map(rows.map(({ ref, provider }) => [ref, provider]))
}

/** Lists a tenant's credentials without their values. */
export function listCredentials({ read }: Database, tenant: string) {
  return read
    .selectFrom('credential')
    .select(['ref', 'provider', 'version', 'at'])
    .where('tenant', '=', tenant)
    .orderBy('ref')
    .execute()
}

function lineAbout(
  action: 'credentials.put' | 'credentials.delete',
  { tenant, ref }: CredentialPlace,
  actor: Actor,
) {
  const credentials = fingerprintOf(tenant, ref)
  return lineBy(actor, { action, tenant, outcome: 'saved', credentials })
}
