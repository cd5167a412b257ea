/** Reads the whole state of one tenant. */
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import type { Database, Tx } from '../database/database.ts'
import type { AuditTable } from '../database/tables.ts'
import { fingerprintOf } from '../registry/credentials.ts'
import { Refused } from '../registry/sql/refusals.ts'
import type { Envelope, SealedPlace } from '../secrets/envelope.ts'
import type { Recipient } from './recipient.ts'
import {
  type SealedTenantDocument,
  type TenantDocument,
  tenantFormat,
  tenantVersion,
  withDigest,
} from './tenant-document.ts'

/** Returns the document without any value of credentials. Throws {@link Refused} for an unknown tenant. */
export async function exportTenant(database: Database, tenant: string): Promise<SealedTenantDocument> {
  return withDigest(await database.snapshot((tx) => readTenant(tx, tenant)))
}

/**
 * Returns the document with the values of credentials, each encrypted for the recipient. Notes each value in the audit log first. Throws
 * `SecretsUnavailable` if a value does not open.
 */
export async function exportTenantWithSecrets(
  database: Database,
  tenant: string,
  { envelope, recipient, actor }: { envelope: Envelope; recipient: Recipient; actor: Actor },
): Promise<SealedTenantDocument> {
  const { document, values } = await database.snapshot(async (tx) => ({
    document: await readTenant(tx, tenant),
    values: await openAll(tx, envelope, tenant),
  }))
  await noteExport(database, values, actor, 'encrypted for a recipient')
  const sealed = await Promise.all(values.map(({ place, text }) => recipient.seal(place, text)))
  const credentials = document.credentials.map((credential, index) => ({
    ...credential,
    value: sealed[index],
  }))
  return withDigest({ ...document, credentials })
}

export interface OpenedCredential {
  place: SealedPlace
  /** JSON of the credentials. */
  text: string
}

/** Opens all credentials of a tenant, in the order of their references. */
export async function openAll(tx: Tx, envelope: Envelope, tenant: string): Promise<OpenedCredential[]> {
  const rows = await tx
    .selectFrom('credential')
    .select(['ref', 'provider', 'value', 'data_key'])
    .where('tenant', '=', tenant)
    .orderBy('ref')
    .execute()
  const opened: OpenedCredential[] = []
  for (const { ref, provider, ...sealed } of rows) {
    const place = { tenant, ref, provider }
    opened.push({ place, text: await envelope.open(sealed, place, tx) })
  }
  return opened
}

/** Writes one audit line for each value that leaves the database. */
export async function noteExport(
  database: Database,
  values: readonly OpenedCredential[],
  actor: Actor,
  outcome: string,
): Promise<void> {
  const lines = values.map(({ place: { tenant, ref } }) =>
    lineBy(actor, {
      action: 'credentials.export',
      tenant,
      outcome,
      credentials: fingerprintOf(tenant, ref),
    }),
  )
  await database.change((tx) => appendAudit(tx, lines))
}

async function readTenant(tx: Tx, name: string): Promise<TenantDocument> {
  const found = await tx.selectFrom('tenant').selectAll().where('name', '=', name).executeTakeFirst()
  if (!found) throw new Refused(`No tenant has the name ${name}.`)
  const { config: current, revision: _, schema_version, suspended, insufficient_balance, ...tenant } = found
  return {
    format: tenantFormat,
    version: tenantVersion,
    exported_at: new Date().toISOString(),
    tenant: {
      ...tenant,
      schema_version: schema_version === 1 ? 1 : 2,
      suspended: suspended === 1 ? 1 : 0,
      insufficient_balance: insufficient_balance === 1 ? 1 : 0,
    },
    hosts: await hostsOf(tx, name),
    configurations: await configurationsOf(tx, name, current),
    ...(await recordsOf(tx, name)),
    audit: await auditOf(tx, name),
  }
}

/** Returns the hosts in the order of the alphabet. */
export async function hostsOf(tx: Tx, tenant: string): Promise<string[]> {
  const rows = await tx.selectFrom('domain').select('host').where('tenant', '=', tenant).execute()
  return rows.map(({ host }) => host).toSorted()
}

async function configurationsOf(tx: Tx, tenant: string, current: number | null) {
  const rows = await tx
    .selectFrom('config_version')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('id')
    .execute()
  return rows.map(({ id, tenant: _, written, config, ...version }) => ({
    ...version,
    written: parsed(written),
    config: parsed(config),
    is_current: id === current,
  }))
}

async function recordsOf(tx: Tx, tenant: string) {
  const credentials = await tx
    .selectFrom('credential')
    .select(['ref', 'provider', 'version', 'at'])
    .where('tenant', '=', tenant)
    .orderBy('ref')
    .execute()
  const claims = await tx
    .selectFrom('claim')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('key')
    .execute()
  const usage_events = await tx
    .selectFrom('usage_event')
    .select(['key', 'metric', 'quantity', 'unit', 'occurred_at', 'at'])
    .where('tenant', '=', tenant)
    .orderBy('at')
    .orderBy('key')
    .execute()
  const usage_days = await tx
    .selectFrom('usage_day')
    .select(['day', 'metric', 'quantity'])
    .where('tenant', '=', tenant)
    .orderBy('day')
    .orderBy('metric')
    .execute()
  const events = await tx
    .selectFrom('event')
    .select(['id', 'type', 'data', 'at'])
    .where('tenant', '=', tenant)
    .orderBy('at')
    .orderBy('id')
    .execute()
  const webhooks = await tx
    .selectFrom('webhook')
    .select(['id', 'url', 'types', 'at'])
    .where('tenant', '=', tenant)
    .orderBy('id')
    .execute()
  const connections = await tx
    .selectFrom('connection')
    .select([
      'ref',
      'provider',
      'account',
      'account_id',
      'hint',
      'connected_at',
      'connected_by',
      'token_at',
      'expires_at',
    ])
    .where('tenant', '=', tenant)
    .orderBy('ref')
    .execute()
  const api_keys = await tx
    .selectFrom('api_key')
    .select(['id', 'name', 'sha256', 'scopes', 'created_by', 'at', 'expires_at'])
    .where('tenant', '=', tenant)
    .orderBy('id')
    .execute()
  return {
    connections,
    api_keys,
    credentials,
    claims: claims.map(({ tenant: _, record, ...claim }) => ({ ...claim, record: parsed(record) })),
    usage_events,
    usage_days,
    events: events.map((event) => ({ ...event, data: parsed(event.data) })),
    webhooks,
  }
}

async function auditOf(tx: Tx, tenant: string) {
  const rows = await tx.selectFrom('audit').selectAll().where('tenant', '=', tenant).orderBy('seq').execute()
  return rows.map(({ hash: _, detail, ...line }: AuditTable) => ({ ...line, detail: parsed(detail) }))
}

function parsed(json: string): unknown {
  return JSON.parse(json)
}
