/** Connections as people see them: one entry per provider, without any secret. */
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { isRecord } from '../../src/contract/lenient.ts'
import type { ConnectionTable } from '../database/people-tables.ts'
import { placesOf } from '../registry/references.ts'
import { currentConfig, type Reads } from '../registry/sql/configurations.ts'
import { tenantRow } from '../registry/sql/tenant-rows.ts'
import { isExpiring } from './due-times.ts'
import {
  type ConnectionProvider,
  type ConnectionUse,
  connectionProviders,
  connectionUses,
  type Vendor,
} from './vendor.ts'
import type { Vendors } from './vendors.ts'

export type ConnectionState = 'ok' | 'expiring' | 'broken' | 'not_connected'
export type ConnectionWay = 'oauth' | 'pasted'

/** A value that a person gives to connect. */
export interface ConnectionField {
  name: string
  /** Way that takes the value. */
  way: ConnectionWay
  description: string
  required: boolean
  secret: boolean
}

export interface ConnectionView {
  provider: ConnectionProvider
  use: ConnectionUse
  state: ConnectionState
  /** Time at which the state began. */
  since: string | null
  /** Name of the account. `null`: not known, or not connected. */
  account: string | null
  /** Uses in the current configuration. */
  used_for: ConnectionUse[]
  /** Missing steps in words. */
  hint: string | null
  /** The vendor's last refusal. */
  error: { code: string; words: string } | null
  /** Ways to connect, the preferred first. Empty: the operator has no app at the vendor. */
  ways: ConnectionWay[]
  fields: ConnectionField[]
}

export interface ViewOptions {
  read: Reads
  vendors: Vendors
  /** False without an own public address, to which vendors return browsers. */
  hasPages: boolean
  now: number
}

type Row = Selectable<ConnectionTable>

/** Time during which the refusal of an attempt is shown. */
const refusalShownMs = 24 * 60 * 60 * 1000

/** Lists the providers that are offered or connected. Throws `Refused` for an unknown tenant. */
export async function viewsOf(options: ViewOptions, tenant: string): Promise<ConnectionView[]> {
  const { read, vendors, hasPages, now } = options
  await tenantRow(read, tenant)
  const rows = await read.selectFrom('connection').selectAll().where('tenant', '=', tenant).execute()
  const stored = await read
    .selectFrom('credential')
    .select(['ref', 'provider', 'at'])
    .where('tenant', '=', tenant)
    .execute()
  const current = await currentConfig(read, tenant)
  const config: unknown = current ? parseJson(current.config) : {}
  const refusals = await refusalsOf(read, tenant, now)
  return connectionProviders.flatMap((provider) => {
    const vendor = vendors.get(provider)
    const own = stored.filter((each) => connectionProviderOf(each.provider) === provider)
    if (!vendor && own.length === 0) return []
    const refs = own.map(({ ref, at }) => ({
      at,
      row: rows.find((row) => row.ref === ref),
      uses: usesOf(ref, config),
    }))
    // A reference that the gallery uses says more than an unused reference.
    const shown =
      refs.find(({ row }) => row?.broken_at) ?? refs.find(({ uses }) => uses.length > 0) ?? refs[0]
    const row = shown?.row
    const refusal = refusals.get(provider)
    const isNews = refusal !== undefined && (row === undefined || refusal.at > row.connected_at)
    return [
      {
        provider,
        use: connectionUses[provider],
        state: shown ? stateOf(row, now) : 'not_connected',
        since: shown ? (row?.broken_at ?? row?.connected_at ?? shown.at) : null,
        account: row?.account || null,
        used_for: [...new Set(refs.flatMap(({ uses }) => uses))],
        hint: row?.hint || null,
        error: errorOf(row) ?? (isNews ? { code: refusal.code, words: refusal.words } : null),
        ways: vendor ? waysOf(vendor, hasPages) : [],
        fields: vendor ? fieldsOf(vendor, hasPages) : [],
      },
    ]
  })
}

/** Returns the provider under which people see credentials. `managed` is S3. */
export function connectionProviderOf(provider: string): ConnectionProvider | undefined {
  const name = provider === 'managed' ? 's3' : provider
  return connectionProviders.find((known) => known === name)
}

function stateOf(row: Row | undefined, now: number): ConnectionState {
  if (row?.broken_at) return 'broken'
  return row && isExpiring(row, now) ? 'expiring' : 'ok'
}

function errorOf(row: Row | undefined): ConnectionView['error'] {
  return row && row.error_words !== '' ? { code: row.error_code, words: row.error_words } : null
}

/** Returns what the configuration uses a reference for. */
function usesOf(ref: string, config: unknown): ConnectionUse[] {
  const blocks = placesOf(ref, config).map((path) => path.split('.')[0] ?? '')
  const uses = blocks.flatMap((block) => (Object.hasOwn(useOfBlock, block) ? [useOfBlock[block]] : []))
  return [...new Set(uses.filter((use) => use !== undefined))]
}

const useOfBlock: Readonly<Record<string, ConnectionUse>> = {
  storage: 'storage',
  publishers: 'channel',
  email_server: 'mail',
  ai: 'ai',
}

async function refusalsOf(
  read: Reads,
  tenant: string,
  now: number,
): Promise<Map<string, { at: string; code: string; words: string }>> {
  const rows = await read
    .selectFrom('connection_attempt')
    .select(['provider', 'used_at', 'error_code', 'error_words'])
    .where('tenant', '=', tenant)
    .where('used_at', '>', new Date(now - refusalShownMs).toISOString())
    .orderBy('used_at')
    .execute()
  // The newest attempt decides: after a success, earlier refusals are over.
  const newest = new Map(rows.map((row) => [row.provider, row]))
  return new Map(
    [...newest].flatMap(([provider, { used_at, error_code: code, error_words: words }]) =>
      used_at === null || words === '' ? [] : [[provider, { at: used_at, code, words }]],
    ),
  )
}

function waysOf(vendor: Vendor, hasPages: boolean): ConnectionWay[] {
  return [
    ...(vendor.oauth && hasPages ? (['oauth'] as const) : []),
    ...(vendor.pasted ? (['pasted'] as const) : []),
  ]
}

const objectSchema = z.object({
  properties: z
    .record(z.string(), z.looseObject({ description: z.string().optional(), secret: z.boolean().optional() }))
    .default({}),
  required: z.array(z.string()).default([]),
})
const secretName = /token|password|secret|(^|_)key$/

function fieldsOf(vendor: Vendor, hasPages: boolean): ConnectionField[] {
  return [
    ...(vendor.oauth && hasPages ? fieldsIn(vendor.oauth.begins, 'oauth') : []),
    ...(vendor.pasted ? fieldsIn(vendor.pasted.values, 'pasted') : []),
  ]
}

/** Reads the fields of a schema. The first form of a union is for people. A schema that is no object has none. */
function fieldsIn(schema: z.ZodType, way: ConnectionWay): ConnectionField[] {
  const json: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const forms = isRecord(json) && Array.isArray(json.anyOf) ? json.anyOf : [json]
  const [form]: unknown[] = forms
  const found = isRecord(form) ? objectSchema.safeParse(form).data : undefined
  return Object.entries(found?.properties ?? {}).map(([name, { description = '', secret }]) => ({
    name,
    way,
    description,
    required: found?.required.includes(name) ?? false,
    secret: secret ?? secretName.test(name),
  }))
}
