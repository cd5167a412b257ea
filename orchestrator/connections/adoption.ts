/** Rows for credentials that were stored without the pages, such as those of an import. */
import type { Database } from '../database/database.ts'
import { withoutFailures } from './apply.ts'
import type { Vendors } from './vendors.ts'

/** Upper bound on rows per step. */
const maxRows = 100

/** Adds a connection for each stored credential that has none. The first checks are spread over the interval of the vendor. */
export async function adoptCredentials(
  database: Database,
  vendors: Vendors,
  now: number,
  random: () => number,
): Promise<void> {
  const strays = await database.read
    .selectFrom('credential')
    .leftJoin('connection', (join) =>
      join
        .onRef('connection.tenant', '=', 'credential.tenant')
        .onRef('connection.ref', '=', 'credential.ref'),
    )
    .select(['credential.tenant', 'credential.ref', 'credential.provider', 'credential.at'])
    .where('connection.ref', 'is', null)
    .where('credential.provider', 'in', ['', ...vendors.keys()])
    .limit(maxRows)
    .execute()
  if (strays.length === 0) return
  const checked_at = new Date(now).toISOString()
  const rows = strays.map(({ at, ...place }) => {
    const { checkEveryMs = 0 } =
      [...vendors.values()].find(({ provider }) => provider === place.provider) ?? {}
    return {
      ...place,
      ...{ account: '', account_id: '', hint: '', connected_at: at, connected_by: '', token_at: at },
      ...{ expires_at: null, checked_at, due_at: new Date(now + checkEveryMs * random()).toISOString() },
      ...withoutFailures,
    }
  })
  await database.change(async (tx) => {
    for (const row of rows)
      await tx
        .insertInto('connection')
        .values(row)
        .onConflict((conflict) => conflict.columns(['tenant', 'ref']).doNothing())
        .execute()
  })
}
