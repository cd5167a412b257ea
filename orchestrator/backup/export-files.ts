/** Writes tenants and credentials in the form of the two files of file mode. */
import { stringify } from 'yaml'
import { z } from 'zod'
import { canonicalJson } from '../contract/canonical.ts'
import type { Database, Tx } from '../database/database.ts'
import { parseRegistry } from '../registry/file.ts'
import { Refused } from '../registry/sql/refusals.ts'
import type { Envelope } from '../secrets/envelope.ts'
import { hostsOf, type OpenedCredential, openAll } from './export-tenant.ts'

export interface ExportedFiles {
  tenants: string
  /** Clear text. Empty without an envelope. */
  secrets: string
  /** Credentials in `secrets`. */
  values: OpenedCredential[]
  /** Facts that the files cannot hold. */
  warnings: string[]
}

/**
 * Returns both files, which file mode and `import-yaml` read as the same state. Without `envelope`, no value is opened. Throws {@link Refused} if
 * there is no such tenant, or if the files would be read differently.
 */
export async function exportFiles(
  database: Database,
  { tenant, envelope }: { tenant?: string | undefined; envelope?: Envelope | undefined },
): Promise<ExportedFiles> {
  const { rows, values } = await database.snapshot(async (tx) => {
    const rows = await tenantsOf(tx, tenant)
    const values: OpenedCredential[] = []
    for (const { name } of envelope ? rows : [])
      if (envelope) values.push(...(await openAll(tx, envelope, name)))
    return { rows, values }
  })
  if (tenant !== undefined && rows.length === 0) throw new Refused(`No tenant has the name ${tenant}.`)
  const files = { tenants: tenantsText(rows), secrets: envelope ? secretsText(values) : '' }
  const warnings = await checkFiles(files, rows, values)
  return { ...files, values, warnings }
}

type TenantRow = Awaited<ReturnType<typeof tenantsOf>>[number]

async function tenantsOf(tx: Tx, tenant: string | undefined) {
  const all = tx
    .selectFrom('tenant')
    .innerJoin('config_version', 'config_version.id', 'tenant.config')
    .select(['tenant.name', 'tenant.app_type', 'tenant.schema_version', 'tenant.ttl_seconds'])
    .select(['tenant.suspended', 'tenant.insufficient_balance', 'tenant.ai_budget'])
    .select(['config_version.config_version', 'config_version.written'])
    .orderBy('tenant.name')
  const rows = await (tenant === undefined ? all : all.where('tenant.name', '=', tenant)).execute()
  const withHosts = []
  for (const row of rows) withHosts.push({ ...row, hosts: await hostsOf(tx, row.name) })
  return withHosts
}

function tenantsText(rows: readonly TenantRow[]): string {
  const tenants = rows.map(({ name, hosts, written, ...row }) => [
    name,
    {
      hosts,
      app_type: row.app_type,
      schema_version: row.schema_version,
      ttl_seconds: row.ttl_seconds,
      suspended: row.suspended === 1,
      insufficient_balance: row.insufficient_balance === 1,
      config: parsed(written),
    },
  ])
  return yamlOf({ tenants: Object.fromEntries(tenants) })
}

/** Text that file mode replaces with a variable. */
const variable = /^env:\w+$/
const valueSchema = z.record(z.string(), z.unknown())

function secretsText(values: readonly OpenedCredential[]): string {
  const byTenant = new Map<string, Map<string, unknown>>()
  for (const { place, text } of values) {
    const value = valueSchema.parse(parsed(text))
    if (Object.values(value).some((member) => typeof member === 'string' && variable.test(member)))
      throw new Refused(
        `A value of ${place.tenant} begins with env:, which file mode would read as a variable. It cannot be exported as YAML.`,
      )
    const byRef = byTenant.get(place.tenant) ?? new Map<string, unknown>()
    byTenant.set(place.tenant, byRef.set(place.ref, value))
  }
  return yamlOf(Object.fromEntries([...byTenant].map(([name, refs]) => [name, Object.fromEntries(refs)])))
}

function yamlOf(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Reads the files as file mode does. Throws {@link Refused} if it would see another state. */
async function checkFiles(
  files: Pick<ExportedFiles, 'tenants' | 'secrets'>,
  rows: readonly TenantRow[],
  values: readonly OpenedCredential[],
): Promise<string[]> {
  const read = await parseRegistry({ ...files, variables: {}, versionKey: crypto.randomUUID() })
  for (const { name, config_version, written } of rows) {
    const bound = read.tenants.get(name)
    if (bound?.configVersion !== config_version || JSON.stringify(bound.entry.config) !== written)
      throw new Refused(`File mode would send another configuration of ${name} than the database.`)
  }
  for (const { place, text } of values) {
    const found = read.secrets.get(place.tenant)?.get(place.ref)
    if (found === undefined || canonicalJson(found.value) !== canonicalJson(parsed(text)))
      throw new Refused(`Credentials of ${place.tenant} cannot be expressed as YAML.`)
  }
  return rows
    .filter(({ ai_budget }) => ai_budget !== null)
    .map(({ name }) => `The AI budget of ${name} has no place in the files.`)
}

function parsed(json: string): unknown {
  return JSON.parse(json)
}
