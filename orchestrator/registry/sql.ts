/**
 * Registry in the database. Answers stay in memory until their tenant changes: each change raises the tenant's revision, which every process
 * polls once a second.
 */
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Binding, Registry } from '../contract/ports.ts'
import type { Database } from '../database/database.ts'
import type { Envelope } from '../secrets/envelope.ts'
import { isOverBudget } from '../usage/budget.ts'
import { answerOf, isPaidByTheFleet } from './credentials.ts'
import { type CredentialRow, readBinding, readCredentials, readLabel } from './sql/reads.ts'
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

  async function openCredentials(tenant: string, ref: string) {
    const cacheKey = JSON.stringify([tenant, ref])
    const open = async (row: CredentialRow) => {
      return { row, text: await envelope.open(row, { tenant, ref, provider: row.provider }) }
    }
    const row = await revisions.cached(credentials, cacheKey, () => readCredentials(read, tenant, ref))
    if (!row) return undefined
    try {
      return await open(row)
    } catch (error) {
      // A rotation may have replaced value and data key after the row was read.
      const current = await readCredentials(read, tenant, ref)
      if (current?.value === row.value) throw error
      credentials.delete(cacheKey)
      return current && open(current)
    }
  }

  return {
    forget: revisions.forget,
    byHost: (host) => revisions.cached(bindings, host, () => readBinding(read, host)),
    byLabel: (label) => revisions.cached(labels, label, () => readLabel(read, label)),

    async billed(tenantId) {
      const row = await read
        .selectFrom('tenant')
        .select('name')
        .where('name', '=', tenantId)
        .executeTakeFirst()
      return row?.name ?? readLabel(read, tenantId)
    },

    async credentials(tenant, ref) {
      const found = await openCredentials(tenant, ref)
      if (!found) return undefined
      const { row, text } = found
      const { provider, version, fingerprint } = row
      // The contract's schema accepted the value when it was stored, and the seal vouches for it since.
      const value = valueSchema.parse(JSON.parse(text))
      const insufficientBalance =
        row.insufficientBalance || (isPaidByTheFleet(provider) && (await isOverBudget(read, tenant, now())))
      return { answer: answerOf({ provider, value }, version), fingerprint, insufficientBalance }
    },
  }
}
