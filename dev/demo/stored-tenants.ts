/** The demo's tenants in the database. A configuration that a person published is kept, and gets only the places of this start. */
import { z } from 'zod'
import type { Actor } from '../../orchestrator/audit/actor.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import { type BoundTenant, bind, type TenantEntry } from '../../orchestrator/registry/binding.ts'
import type { FileRegistry } from '../../orchestrator/registry/file.ts'
import { putCredentials } from '../../orchestrator/registry/sql/credentials.ts'
import { putTenant } from '../../orchestrator/registry/sql/tenants.ts'
import type { Envelope } from '../../orchestrator/secrets/envelope.ts'

/** Author of the configurations that the demo made. */
const demoAuthor = 'npm run demo'

const configSchema = z.record(z.string(), z.unknown())
const blockSchema = z.record(z.string(), z.unknown()).optional().catch(undefined)

/**
 * Stores tenants and credentials, and returns the tenants as entries of a tenants file. The emulated vendors have new accounts at each
 * start, so the credentials are always replaced.
 */
export async function putDemoTenants(
  database: Database,
  envelope: Envelope,
  made: Pick<FileRegistry, 'tenants' | 'secrets'>,
): Promise<Record<string, TenantEntry>> {
  const kept = await publishedByPeople(database)
  const wanted = await Promise.all([...made.tenants.values()].map((bound) => merged(bound, kept)))
  await database.change(async (tx) => {
    for (const { bound, actor } of wanted) {
      await putTenant(tx, bound, actor)
      for (const [ref, credentials] of made.secrets.get(bound.tenant) ?? [])
        await putCredentials(tx, envelope, { tenant: bound.tenant, ref, ...credentials }, actor)
    }
  })
  return Object.fromEntries(wanted.map(({ bound: { tenant, entry } }) => [tenant, entry]))
}

interface Published {
  author: string
  config: Readonly<Record<string, unknown>>
}

/** Returns the current configurations that the demo did not make, by tenant. */
async function publishedByPeople({ read }: Database): Promise<ReadonlyMap<string, Published>> {
  const rows = await read
    .selectFrom('tenant')
    .innerJoin('config_version', 'config_version.id', 'tenant.config')
    .select(['tenant.name', 'config_version.author', 'config_version.written'])
    .where('config_version.author', '!=', demoAuthor)
    .execute()
  return new Map(
    rows.map(({ name, author, written }) => [
      name,
      { author, config: configSchema.parse(JSON.parse(written)) },
    ]),
  )
}

async function merged(made: BoundTenant, kept: ReadonlyMap<string, Published>) {
  const requestId = 'demo'
  const published = kept.get(made.tenant)
  if (!published) return { bound: made, actor: { name: demoAuthor, requestId } }
  const config = inPlace(published.config, made.entry.config)
  const actor: Actor = { name: published.author, requestId }
  return { bound: await bind(made.tenant, { ...made.entry, config }), actor }
}

/** Moves a kept configuration to the places of this start: another kind of storage, and another port of the mail server. */
function inPlace(
  kept: Readonly<Record<string, unknown>>,
  made: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const block = (of: Readonly<Record<string, unknown>>, name: string) => blockSchema.parse(of[name])
  const [mail, storage] = [block(kept, 'email_server'), block(kept, 'storage')]
  const [madeMail, madeStorage, madeFeatures] = ['email_server', 'storage', 'features'].map((name) =>
    block(made, name),
  )
  return {
    ...kept,
    ...(storage?.provider !== madeStorage?.provider && { storage: madeStorage }),
    ...(mail && mail.host === madeMail?.host && { email_server: { ...mail, port: madeMail?.port } }),
    // Photos of the user's own stay view only, also after a person published features for the sample photos.
    ...(madeFeatures?.publish_enabled === false && { features: madeFeatures }),
  }
}
