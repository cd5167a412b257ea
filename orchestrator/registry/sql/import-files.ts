/** Moves the two files of file mode into the database: all of it, or nothing. */

import type { Actor } from '../../audit/actor.ts'
import { giveToOperator } from '../../connections/ownership.ts'
import type { Database } from '../../database/database.ts'
import type { Envelope } from '../../secrets/envelope.ts'
import type { FileRegistry } from '../file.ts'
import { putCredentials } from './credentials.ts'
import { putTenant } from './tenants.ts'

export interface ImportReport {
  tenants: number
  credentials: number
  /** Tenants and credentials that differed from the database. */
  changed: number
  warnings: readonly string[]
}

/** Imports a parsed registry. Tenants that the files do not name stay as they are. Throws `Refused` and changes nothing if a host is taken. */
export async function importFiles(
  database: Database,
  envelope: Envelope,
  files: FileRegistry,
  actor: Actor,
): Promise<ImportReport> {
  await envelope.prepare([...files.secrets.keys()].filter((tenant) => files.tenants.has(tenant)))
  return database.change(async (tx) => {
    const report = { tenants: 0, credentials: 0, changed: 0, warnings: [...files.warnings] }
    for (const bound of files.tenants.values()) {
      report.tenants++
      if (await putTenant(tx, bound, actor)) report.changed++
    }
    for (const [tenant, byRef] of files.secrets) {
      if (!files.tenants.has(tenant)) {
        report.warnings.push(`secrets.${tenant}: no tenant has this name, so its credentials were left out`)
        continue
      }
      for (const [ref, { provider, value }] of byRef) {
        report.credentials++
        if (!(await putCredentials(tx, envelope, { tenant, ref, provider, value }, actor))) continue
        await giveToOperator(tx, { tenant, ref })
        report.changed++
      }
    }
    return report
  })
}
