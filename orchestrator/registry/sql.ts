/**
 * Registry in the database. Answers stay in memory until their tenant changes: each change raises the tenant's revision, which every process
 * polls once a second.
 */
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { appType } from '../../src/contract/runtime-answer.ts'
import type { Binding, Registry } from '../contract/ports.ts'
import type { Database } from '../database/database.ts'
import type { Envelope, Sealed } from '../secrets/envelope.ts'
import { isOverBudget } from '../usage/budget.ts'
import { answerOf, checkCredentials, fingerprintOf, isPaidByTheFleet } from './credentials.ts'
import { createRevisions } from './sql/revisions.ts'

export interface SqlRegistryOptions {
  database: Database
  envelope: Envelope
  now?: () => number
  /** Interval at which a process notices changes of other processes. Default 1000. */
  pollMs?: number
}

/** Upper bound on remembered answers in UTF-16 units: some 10,000 answers of 3 kB. */
const maxAnswersLength = 32_000_000
const maxLabels = 50_000
/** Upper bound on remembered rows of credentials, which stay encrypted. */
const maxCredentials = 20_000

type CredentialRow = Sealed & {
  provider: string
  version: string
  fingerprint: string
  insufficientBalance: boolean
}

const valueSchema = z.record(z.string(), z.unknown())

/** Creates the registry. Reads nothing at the start. */
export function createSqlRegistry(options: SqlRegistryOptions): Registry {
  const { database, envelope, now = Date.now, pollMs = 1000 } = options
  const { read } = database
  const bindings = new LRUCache<string, Binding>({
    maxSize: maxAnswersLength,
    sizeCalculation: ({ answer }) => answer.length,
  })
  const labels = new LRUCache<string, string>({ max: maxLabels })
  const credentials = new LRUCache<string, CredentialRow>({ max: maxCredentials })
  const revisions = createRevisions({
    database,
    now,
    pollMs,
    onChange() {
      // Changes are rare, and an answer is one indexed read.
      bindings.clear()
      labels.clear()
      credentials.clear()
    },
  })

  async function readBinding(host: string): Promise<Binding | undefined> {
    const row = await read
      .selectFrom('domain')
      .innerJoin('tenant', 'tenant.name', 'domain.tenant')
      .innerJoin('config_version', 'config_version.id', 'tenant.config')
      .select([
        'tenant.name',
        'tenant.app_type',
        'tenant.suspended',
        'tenant.schema_version',
        'tenant.ttl_seconds',
      ])
      .select(['config_version.config_version', 'config_version.config'])
      .where('domain.host', '=', host)
      .executeTakeFirst()
    return row && bindingOf(row)
  }

  async function readLabel(label: string): Promise<string | undefined> {
    const row = await read
      .selectFrom('domain')
      .innerJoin('tenant', 'tenant.name', 'domain.tenant')
      .select('tenant.name')
      .where('domain.label', '=', label)
      .where('tenant.suspended', '=', 0)
      .where('tenant.app_type', '=', appType)
      .executeTakeFirst()
    return row?.name
  }

  async function readCredentials(tenant: string, ref: string): Promise<CredentialRow | undefined> {
    const row = await read
      .selectFrom('credential')
      .innerJoin('tenant', 'tenant.name', 'credential.tenant')
      .select(['credential.provider', 'credential.version', 'credential.value', 'credential.data_key'])
      .select(['tenant.insufficient_balance'])
      .where('credential.tenant', '=', tenant)
      .where('credential.ref', '=', ref)
      .executeTakeFirst()
    if (!row) return undefined
    const { insufficient_balance, ...sealed } = row
    return {
      ...sealed,
      fingerprint: await fingerprintOf(tenant, ref),
      insufficientBalance: insufficient_balance === 1,
    }
  }

  return {
    byHost: (host) => revisions.cached(bindings, host, () => readBinding(host)),
    byLabel: (label) => revisions.cached(labels, label, () => readLabel(label)),

    async billed(tenantId) {
      if (!isStorable(tenantId)) return undefined
      const row = await read
        .selectFrom('tenant')
        .select('name')
        .where('name', '=', tenantId)
        .executeTakeFirst()
      return row?.name ?? readLabel(tenantId)
    },

    async credentials(tenant, ref) {
      if (!isStorable(ref)) return undefined
      const row = await revisions.cached(credentials, JSON.stringify([tenant, ref]), () =>
        readCredentials(tenant, ref),
      )
      if (!row) return undefined
      const { provider, version, fingerprint } = row
      const text = await envelope.open(row, { tenant, ref, provider })
      const checked = checkCredentials(valueSchema.parse(JSON.parse(text)), 'credentials')
      const insufficientBalance =
        row.insufficientBalance || (isPaidByTheFleet(provider) && (await isOverBudget(read, tenant, now())))
      return { answer: answerOf(checked, version), fingerprint, insufficientBalance }
    },
  }
}

/** Checks if a text can be in the database: PostgreSQL refuses questions about NUL. */
function isStorable(text: string): boolean {
  return !text.includes('\0')
}

function bindingOf(row: {
  name: string
  app_type: string
  suspended: number
  schema_version: number
  ttl_seconds: number
  config_version: string
  config: string
}): Binding {
  const { name: tenant, app_type, schema_version, ttl_seconds, config_version } = row
  const envelope = JSON.stringify({ schema_version, tenant, app_type, config_version, ttl_seconds })
  return {
    tenant,
    appType: app_type,
    suspended: row.suspended === 1,
    configVersion: config_version,
    // The configuration is JSON text already, so it is the last member without being parsed.
    answer: `${envelope.slice(0, -1)},"config":${row.config}}`,
  }
}
