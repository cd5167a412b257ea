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
import { primary, referenceOver } from '../support/fixtures/reference-orchestrator.ts'
import { envelopeOfTest, referencesOn } from '../support/fixtures/reference-planes.ts'

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

describe.each(databaseKinds)('the tenants in %s', (kind) => {
  const { filledDatabase, close } = referencesOn(kind)
  afterAll(close)

  function callsOf(database: Database) {
    const envelope = envelopeOfTest(database)
    const onFailure = (reason: string) => {
      throw new Error(reason)
    }
    const plane = createDatabasePlane({ database, envelope, tokens: [primary], onFailure })
    onTestFinished(() => plane.close())
    return referenceOver(plane, [], {})
  }

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

  it('answers as if a claim did not exist when another tenant names it in a call', async () => {
    const { database, version, before } = await filled()
    const { request, post } = callsOf(database)
    const headers = { 'x-tenant': 'alice' }
    expect((await request('/v1/claims/k', { headers })).status).toBe(404)
    const change = { method: 'PUT', body: JSON.stringify({ version, record: 'of alice' }), headers }
    expect((await request('/v1/claims/k', change)).status).toBe(404)
    const deletion = { method: 'DELETE', headers }
    expect((await request(`/v1/claims/k?version=${version}`, deletion)).status).toBe(204)
    const created = await post('/v1/claims', { key: 'k', holder: 'alice', ttl_seconds: 60 }, headers)
    expect(created.status).toBe(201)
    expect(await stateOfBob(database)).toEqual(before)
    const own = await request('/v1/claims/k', { headers: { 'x-tenant': 'bob' } })
    expect(await own.json()).toMatchObject({ holder: 'bob', version, record: 1 })
  })

  it('changes only the copy when a claim was copied to another tenant in the database', async () => {
    const { database, version, before } = await filled()
    const { request } = callsOf(database)
    const row = await database.read
      .selectFrom('claim')
      .selectAll()
      .where('tenant', '=', 'bob')
      .executeTakeFirstOrThrow()
    await database.change((tx) =>
      tx
        .insertInto('claim')
        .values({ ...row, tenant: 'alice' })
        .execute(),
    )
    const headers = { 'x-tenant': 'alice' }
    const change = { method: 'PUT', body: JSON.stringify({ version, record: 'of alice' }), headers }
    expect((await request('/v1/claims/k', change)).status).toBe(200)
    expect(await stateOfBob(database)).toEqual(before)
  })
})
