/** Imports the state of one tenant: all of it, or nothing. */
import { type Actor, lineBy } from '../audit/actor.ts'
import { withoutFailures } from '../connections/apply.ts'
import type { Database, Tx } from '../database/database.ts'
import { bind, tenantSchema } from '../registry/binding.ts'
import { checkCredentials } from '../registry/credentials.ts'
import { checked } from '../registry/document.ts'
import { replaceHosts } from '../registry/sql/hosts.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { newRevision, touch } from '../registry/sql/touch.ts'
import type { Envelope } from '../secrets/envelope.ts'
import type { RecipientKey } from './recipient.ts'
import type { TenantDocument } from './tenant-document.ts'

export interface TenantImport {
  document: TenantDocument
  envelope: Envelope
  /** Private key of the recipient. Without it, no credentials are imported. */
  key?: RecipientKey | undefined
  actor: Actor
}

export interface TenantImportReport {
  tenant: string
  configurations: number
  credentials: number
  /** References whose values are not in the file, or not readable without a key. */
  credentials_left_out: string[]
  /** Webhooks, whose secrets are never exported. */
  webhooks_left_out: string[]
  claims: number
  usage_events: number
}

/** Rows per statement, below the limit of parameters of both databases. */
const rowsPerInsert = 500

/**
 * Imports a tenant with its history. Versions keep digest, author, time and parent. Throws {@link Refused} if a tenant has the name, or if
 * another tenant has one of its hosts. Throws `RegistryError` for a configuration that the publisher could not use.
 */
export async function importTenant(
  database: Database,
  { document, envelope, key, actor }: TenantImport,
): Promise<TenantImportReport> {
  const { name } = document.tenant
  await checkCurrent(document)
  const values = await openValues(document, key)
  await database.change(async (tx) => {
    await createTenant(tx, document)
    await insertHistory(tx, document)
    await insertRecords(tx, document)
    for (const { text, ref, provider, version, at } of values) {
      const sealed = await envelope.seal(tx, { tenant: name, ref, provider }, text)
      await tx
        .insertInto('credential')
        .values({ tenant: name, ref, provider, version, ...sealed, at })
        .execute()
    }
    await insertConnections(tx, document, new Set(values.map(({ ref }) => ref)))
    const outcome = `export of ${document.exported_at}`
    await touch(tx, name, lineBy(actor, { action: 'tenant.import', tenant: name, outcome }))
  })
  const opened = new Set(values.map(({ ref }) => ref))
  return {
    tenant: name,
    configurations: document.configurations.length,
    credentials: values.length,
    credentials_left_out: document.credentials.map(({ ref }) => ref).filter((ref) => !opened.has(ref)),
    webhooks_left_out: document.webhooks.map(({ id }) => id),
    claims: document.claims.length,
    usage_events: document.usage_events.length,
  }
}

/** Checks that this program accepts the current configuration. */
async function checkCurrent({ tenant, hosts, configurations }: TenantDocument): Promise<void> {
  const current = configurations.find(({ is_current }) => is_current)
  const entry = {
    ...tenant,
    hosts,
    suspended: tenant.suspended === 1,
    insufficient_balance: tenant.insufficient_balance === 1,
    config: current?.written,
  }
  await bind(tenant.name, checked(tenantSchema, entry, `tenants.${tenant.name}`))
}

async function openValues({ tenant, credentials }: TenantDocument, key: RecipientKey | undefined) {
  const opened = []
  for (const { value, ...credential } of key ? credentials : []) {
    if (value === undefined || !key) continue
    const { ref, provider } = credential
    const text = await key.open({ tenant: tenant.name, ref, provider }, value)
    const found = checkCredentials(parsed(text), 'credentials')
    if (found.provider !== provider) throw new Refused('Credentials of the file have another provider.')
    opened.push({ ...credential, text })
  }
  return opened
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused('Credentials of the file are not JSON.')
  }
}

async function createTenant(tx: Tx, { tenant, hosts }: TenantDocument): Promise<void> {
  const { name } = tenant
  const known = await tx.selectFrom('tenant').select('name').where('name', '=', name).executeTakeFirst()
  if (known) throw new Refused(`A tenant has the name ${name} already. Nothing is replaced.`)
  const revision = await newRevision(tx)
  await tx
    .insertInto('tenant')
    .values({ ...tenant, config: null, revision })
    .execute()
  await replaceHosts(tx, name, hosts)
}

async function insertHistory(tx: Tx, { tenant: { name }, configurations }: TenantDocument): Promise<void> {
  const last = await tx
    .selectFrom('config_version')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst()
  const first = Number(last?.id ?? 0) + 1
  const rows = configurations.map(({ written, config, is_current: _, ...version }, index) => ({
    ...version,
    id: first + index,
    tenant: name,
    written: JSON.stringify(written),
    config: JSON.stringify(config),
  }))
  await inPieces(rows, (piece) => tx.insertInto('config_version').values(piece).execute())
  const current = first + configurations.findIndex(({ is_current }) => is_current)
  await tx.updateTable('tenant').set({ config: current }).where('name', '=', name).execute()
}

async function insertRecords(tx: Tx, document: TenantDocument): Promise<void> {
  const tenant = document.tenant.name
  const claims = document.claims.map(({ record, ...claim }) => ({
    ...claim,
    tenant,
    record: JSON.stringify(record),
  }))
  const events = document.events.map(({ data, ...event }) => ({
    ...event,
    tenant,
    data: JSON.stringify(data),
  }))
  const usage = document.usage_events.map((event) => ({ ...event, tenant }))
  const days = document.usage_days.map((day) => ({ ...day, tenant }))
  await inPieces(claims, (piece) => tx.insertInto('claim').values(piece).execute())
  await inPieces(usage, (piece) => tx.insertInto('usage_event').values(piece).execute())
  await inPieces(days, (piece) => tx.insertInto('usage_day').values(piece).execute())
  const keys = document.api_keys.map((key) => ({ ...key, tenant }))
  await inPieces(keys, (piece) => tx.insertInto('api_key').values(piece).execute())
  await inPieces(events, (piece) => tx.insertInto('event').values(piece).execute())
}

/** Inserts the connections whose credentials were imported. All are checked at once. */
async function insertConnections(
  tx: Tx,
  { tenant: { name: tenant }, connections }: TenantDocument,
  opened: ReadonlySet<string>,
): Promise<void> {
  const now = new Date().toISOString()
  const fresh = { ...withoutFailures, checked_at: now, due_at: now }
  const rows = connections
    .filter(({ ref }) => opened.has(ref))
    .map((connection) => ({ ...connection, tenant, token_at: connection.connected_at, ...fresh }))
  await inPieces(rows, (piece) => tx.insertInto('connection').values(piece).execute())
}

/** Inserts rows in pieces. Throws {@link Refused} if a row exists already. */
async function inPieces<R>(rows: readonly R[], insert: (piece: R[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerInsert)
    await insert(rows.slice(at, at + rowsPerInsert)).catch(() => {
      // The driver's message may quote values.
      throw new Refused(
        'A row of the export cannot be stored: it exists already, appears twice, or has characters that the database refuses.',
      )
    })
}
