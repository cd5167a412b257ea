/** Tenants of the measurements, with configurations of 3 kB and credentials of a storage. */
import { randomBytes } from 'node:crypto'
import { migrate } from '../../orchestrator/database/migrate.ts'
import { openDatabase } from '../../orchestrator/database/open.ts'
import { bind, tenantSchema } from '../../orchestrator/registry/binding.ts'
import { putCredentials } from '../../orchestrator/registry/sql/credentials.ts'
import { putTenant } from '../../orchestrator/registry/sql/tenants.ts'
import { createConfiguredKeys, parseKeys } from '../../orchestrator/secrets/configured-keys.ts'
import { createEnvelope } from '../../orchestrator/secrets/envelope.ts'
import { runtimeAnswer } from '../config-cache.ts'

export interface StoredTenant {
  name: string
  /** Current version of the configuration. */
  version: string
}

/** Service token of the load generator. */
export const token = 'service-token-of-the-benchmark'
/** Key-encryption key, in the form of `ORCHESTRATOR_KEYS`. */
export const keys = `bench:${randomBytes(32).toString('base64url')}`

const actor = { name: 'bench', requestId: 'bench' }

/** Returns the tenant's only host. */
export function hostOf(name: string): string {
  return `${name}.shibari.test`
}

/** Returns the reference of the tenant's credentials. */
export function refOf(name: string): string {
  return `storage-of-${name}`
}

/** Stores `count` tenants in an empty database. */
export async function fillDatabase(
  place: { DATABASE_URL?: string; ORCHESTRATOR_DATA_DIR: string },
  count: number,
): Promise<StoredTenant[]> {
  const database = await openDatabase({ url: place.DATABASE_URL, directory: place.ORCHESTRATOR_DATA_DIR })
  try {
    await migrate(database)
    const envelope = createEnvelope(database, createConfiguredKeys(parseKeys(keys)))
    const bound = await Promise.all(
      Array.from({ length: count }, (_, index) => boundTenant(`tenant-${index}`)),
    )
    await database.change(async (tx) => {
      for (const each of bound) {
        const { tenant } = each
        await putTenant(tx, each, actor)
        const value = { provider: 'dropbox', refresh_token: `refresh-token-of-${tenant}`.padEnd(64, '-') }
        await putCredentials(tx, envelope, { tenant, ref: refOf(tenant), provider: 'dropbox', value }, actor)
      }
      // There is no fleet to tell about the tenants, and telling 5,000 unknown hosts would be part of the load.
      await tx.deleteFrom('invalidation').execute()
    })
    return bound.map(({ tenant, configVersion }) => ({ name: tenant, version: configVersion }))
  } finally {
    await database.close()
  }
}

function boundTenant(name: string) {
  return bind(name, tenantSchema.parse({ ...Object(runtimeAnswer(name)), hosts: [hostOf(name)] }))
}
