import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createSqlClaims } from '../../orchestrator/claims/sql-claims.ts'
import type { AuditLine } from '../../orchestrator/contract/audit.ts'
import { createDatabasePlane } from '../../orchestrator/control-plane.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import {
  deleteCredentials,
  listCredentials,
  putCredentials,
} from '../../orchestrator/registry/sql/credentials.ts'
import { history, rollback } from '../../orchestrator/registry/sql/history.ts'
import { replaceHosts } from '../../orchestrator/registry/sql/hosts.ts'
import { Refused } from '../../orchestrator/registry/sql/refusals.ts'
import { createSqlRegistry } from '../../orchestrator/registry/sql.ts'
import { createSqlUsage } from '../../orchestrator/usage/sql-usage.ts'
import { databaseKinds } from '../support/fixtures/databases.ts'
import { observed } from '../support/fixtures/observed-database.ts'
import { primary, referenceOver, tenants } from '../support/fixtures/reference-orchestrator.ts'
import { envelopeOfTest, fillDatabase, referencesOn } from '../support/fixtures/reference-planes.ts'

const actor = { name: 'suite', requestId: 'r' }
const event = {
  idempotency_key: 'same-key',
  metric: 'ai_tokens',
  quantity: 5,
  unit: 'tokens',
  occurred_at: '2026-11-01T12:00:00Z',
} as const
const line = (outcome: string): AuditLine => ({
  time: '2026-11-01T12:00:00.000Z',
  request_id: 'r',
  action: 'claims.create',
  tenant: null,
  outcome,
})

/** Returns everything that the database holds of bob. */
async function stateOfBob({ read }: Database): Promise<unknown> {
  const tables = [
    'domain',
    'config_version',
    'credential',
    'claim',
    'usage_event',
    'usage_day',
    'event',
  ] as const
  const rows = tables.map((table) => read.selectFrom(table).selectAll().where('tenant', '=', 'bob').execute())
  const row = await read.selectFrom('tenant').selectAll().where('name', '=', 'bob').execute()
  return { row, rows: await Promise.all(rows) }
}

/** Tables whose rows belong to tenants, with the columns that select rows of a single tenant. */
const keysOfTable: Readonly<Record<string, readonly string[]>> = {
  tenant: ['name'],
  domain: ['tenant', 'host', 'label'],
  config_version: ['tenant', 'id'],
  credential: ['tenant'],
  data_key: ['tenant', 'id'],
  claim: ['tenant'],
  usage_event: ['tenant'],
  usage_day: ['tenant'],
  event: ['tenant'],
}

/** Statements about the whole fleet, by their purpose. */
const ofTheFleet: Readonly<Record<string, RegExp>> = {
  'polls for changed tenants': /^select max\("revision"\) as "last", count\(\*\) as "tenants" from "tenant"$/,
  'numbers a change': /^select max\("revision"\) as "last" from "tenant"$/,
  'numbers a version': /^select max\("id"\) as "id" from "config_version"$/,
  'finds a host of another tenant': /^select "host", "label", "tenant" from "domain" where "tenant" != /,
}

/** Checks if a statement selects or writes rows of a single tenant, or of no tenant. */
function isOfSingleTenant(sql: string): boolean {
  const table = /(?:from|update|into) "(\w+)"/.exec(sql)?.[1] ?? ''
  const keys = keysOfTable[table]
  if (!keys) return true
  if (sql.startsWith('insert')) return keys.some((key) => sql.includes(`"${key}"`))
  const where = sql.slice(sql.indexOf(' where ') + 7)
  return sql.includes(' where ') && keys.some((key) => new RegExp(`"${key}" = `).test(where))
}

describe.each(databaseKinds)('the tenants in %s', (kind) => {
  const { filledDatabase, close } = referencesOn(kind)
  afterAll(close)

  async function filled() {
    const database = await (await filledDatabase()).opened()
    const claims = createSqlClaims(database)
    const created = await claims.create('bob', { key: 'k', holder: 'bob', record: 1, ttlSeconds: 60 }, line)
    const version = 'claim' in created ? created.claim.version : ''
    await createSqlUsage(database).count('bob', event, line)
    return { database, claims, version, before: await stateOfBob(database) }
  }

  it('keeps the claims of a tenant when another tenant names key and version', async () => {
    const { database, claims, version, before } = await filled()
    expect(await claims.read('alice', 'k')).toBeNull()
    expect(await claims.replace('alice', { key: 'k', version, record: 2 }, line)).toEqual({
      outcome: 'missing',
    })
    expect(await claims.delete('alice', 'k', version, line)).toEqual({ outcome: 'deleted' })
    expect(
      await claims.create('alice', { key: 'k', holder: 'a', record: 3, ttlSeconds: 60 }, line),
    ).toMatchObject({
      outcome: 'created',
    })
    expect(await stateOfBob(database)).toEqual(before)
  })

  it('keeps the credentials of a tenant when another tenant names the reference', async () => {
    const { database, before } = await filled()
    const envelope = envelopeOfTest(database)
    const registry = createSqlRegistry({ database, envelope })
    expect(await registry.credentials('alice', 'bob-storage')).toBeUndefined()
    await expect(deleteCredentials(database, { tenant: 'alice', ref: 'bob-storage' }, actor)).rejects.toThrow(
      Refused,
    )
    expect((await listCredentials(database, 'alice')).map(({ ref }) => ref)).toEqual([
      'alice-mail',
      'alice-storage',
      'shared',
    ])
    const value = { provider: 'dropbox', refresh_token: 'of alice' }
    const put = { tenant: 'alice', ref: 'shared', provider: 'dropbox' as const, value }
    expect(await database.change((tx) => putCredentials(tx, envelope, put, actor))).toBe(true)
    expect(await stateOfBob(database)).toEqual(before)
    expect((await registry.credentials('bob', 'shared'))?.answer).toMatchObject({
      refresh_token: 'canary-shared-of-bob',
    })
  })

  it('refuses a row of credentials that was copied to another tenant', async () => {
    const { database } = await filled()
    const registry = createSqlRegistry({ database, envelope: envelopeOfTest(database) })
    const row = await database.read
      .selectFrom('credential')
      .selectAll()
      .where('tenant', '=', 'bob')
      .where('ref', '=', 'bob-storage')
      .executeTakeFirstOrThrow()
    await database.change((tx) =>
      tx
        .insertInto('credential')
        .values({ ...row, tenant: 'alice' })
        .execute(),
    )
    await expect(registry.credentials('alice', 'bob-storage')).rejects.toThrow()
  })

  it('keeps configurations and hosts of a tenant when another tenant names a version or a host', async () => {
    const { database, before } = await filled()
    const [current] = await history(database, 'bob')
    const version = current?.config_version ?? ''
    expect(version).not.toBe('')
    await expect(rollback(database, { tenant: 'alice', version }, actor)).rejects.toThrow('alice never had')
    expect((await history(database, 'alice')).map(({ config_version }) => config_version)).not.toContain(
      version,
    )
    for (const host of ['bob.shibari.test', 'bob.other.test'])
      await expect(database.change((tx) => replaceHosts(tx, 'alice', [host]))).rejects.toThrow(
        /already belongs to bob/,
      )
    expect(await stateOfBob(database)).toEqual(before)
  })

  it('counts usage apart when two tenants use one key', async () => {
    const { database, before } = await filled()
    const usage = createSqlUsage(database)
    expect(await usage.count('alice', event, line)).toBe('counted')
    expect(await usage.count('alice', event, line)).toBe('repeated')
    expect(await stateOfBob(database)).toEqual(before)
  })

  it('sends only statements about a single tenant, except for those about the fleet', async () => {
    const seen = new Set<string>()
    const opened = await (await filledDatabase()).opened()
    const database = observed(opened, (sql) => seen.add(sql))
    const config = { ...tenants.alice.config, features: { publish_enabled: true } }
    await fillDatabase(database, { ...tenants, alice: { ...tenants.alice, ttl_seconds: 60, config } })
    const envelope = envelopeOfTest(database)
    await opened.change((tx) =>
      tx.updateTable('tenant').set({ ai_budget: 5 }).where('name', '=', 'alice').execute(),
    )
    const value = { provider: 'openai', api_key: 'k' }
    const ai = { tenant: 'alice', ref: 'ai', provider: 'openai' as const, value }
    await database.change((tx) => putCredentials(tx, envelope, ai, actor))
    const failures: string[] = []
    const onFailure = (reason: string) => void failures.push(reason)
    const plane = createDatabasePlane({ database, envelope, tokens: [primary], onFailure })
    onTestFinished(() => plane.close())
    const { byHost, resolve, post, request } = referenceOver(plane, [], {})
    await byHost('alice.shibari.test')
    await resolve('robert', 'bob-storage')
    await resolve('alice', 'ai')
    for (const tenant_id of ['alice', 'robert'])
      await post('/v1/billing/usage', { ...event, tenant_id, source: 'publisher' })
    const headers = { 'x-tenant': 'alice' }
    const created = await post('/v1/claims', { key: 'k', holder: 'h', ttl_seconds: 60 }, headers)
    const { version } = await created.json()
    const change = { method: 'PUT', body: JSON.stringify({ version, record: 1 }), headers }
    const replaced = await (await request('/v1/claims/k', change)).json()
    const gone = await request(`/v1/claims/k?version=${replaced.version}`, { method: 'DELETE', headers })
    expect(gone.status).toBe(204)
    const versions = await history(database, 'alice')
    const [, first] = versions
    await rollback(database, { tenant: 'alice', version: first?.config_version ?? '' }, actor)
    await listCredentials(database, 'alice')
    await deleteCredentials(database, { tenant: 'alice', ref: 'ai' }, actor)
    const others = [...seen].filter((sql) => !isOfSingleTenant(sql))
    for (const [purpose, pattern] of Object.entries(ofTheFleet))
      expect([purpose, others.some((sql) => pattern.test(sql))]).toEqual([purpose, true])
    expect(others.filter((sql) => !Object.values(ofTheFleet).some((pattern) => pattern.test(sql)))).toEqual(
      [],
    )
    expect(seen.size).toBeGreaterThan(30)
    expect(failures).toEqual([])
  })
})

describe('the check of statements', () => {
  it.each([
    'select "value" from "credential" where "ref" = ?',
    'delete from "claim" where "key" = ?',
    'update "tenant" set "config" = ?',
    'select * from "domain"',
  ])('finds the statement without a tenant %j', (sql) => {
    expect(isOfSingleTenant(sql)).toBe(false)
  })
})
