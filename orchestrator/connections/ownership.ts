/** Owners of credentials: a person who connected an account, or the operator, whose credentials several tenants may share. */
import type { Tx } from '../database/database.ts'
import type { Reads } from '../registry/sql/configurations.ts'
import type { CredentialPlace } from '../registry/sql/credentials.ts'

/** Checks if a person connected the credentials of this reference. */
export async function isOfPerson(read: Reads, { tenant, ref }: CredentialPlace): Promise<boolean> {
  const row = await read
    .selectFrom('connection')
    .select('ref')
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    // Credentials of an import have a row without a person.
    .where('connected_by', '<>', '')
    .executeTakeFirst()
  return row !== undefined
}

/** Marks credentials that the operator stored over those of a person. The account is not known any more. */
export async function giveToOperator(tx: Tx, { tenant, ref }: CredentialPlace): Promise<void> {
  await tx
    .updateTable('connection')
    .set({ connected_by: '', account: '', account_id: '', hint: '', expires_at: null })
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .execute()
}
