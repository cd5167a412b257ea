import { afterAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../orchestrator/contract/scopes.ts'
import { scopes } from '../../orchestrator/contract/scopes.ts'
import { createDatabasePlane } from '../../orchestrator/control-plane.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import { createToken, listTokens, revokeToken } from '../../orchestrator/tokens/changes.ts'
import { createSqlTokens } from '../../orchestrator/tokens/sql-tokens.ts'
import { databaseKinds } from '../support/fixtures/databases.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { observed } from '../support/fixtures/observed-database.ts'
import {
  primary,
  referenceOver,
  resolvePath,
  runtimePath,
  usagePath,
} from '../support/fixtures/reference-orchestrator.ts'
import { envelopeOfTest, referencesOn } from '../support/fixtures/reference-planes.ts'

const actor = { name: 'suite', requestId: 'r' }
const start = Date.UTC(2026, 10, 1)
const host = 'alice.shibari.test'

describe.each(databaseKinds)('service tokens in %s', (kind) => {
  const { filledDatabase, close } = referencesOn(kind)
  afterAll(close)

  /** Starts an orchestrator as a process of its own: with a connection and a memory of its own. */
  function processOn(database: Database, clock: { time: number }, callsPerMinute?: number) {
    const onFailure = (reason: string) => expect.fail(reason)
    const now = () => clock.time
    const envelope = envelopeOfTest(database)
    const plane = createDatabasePlane({ database, envelope, tokens: [primary], now, onFailure })
    const { byHost, post, request } = referenceOver(plane, [], { now, callsPerMinute })
    const ask = async (token: string) => (await byHost(host, { authorization: `Bearer ${token}` })).status
    return { ask, post, request, close: plane.close }
  }

  async function opened() {
    const own = await filledDatabase()
    const database = await own.opened()
    const create = (name: string, allowed: readonly Scope[] = ['runtime'], expiresAt?: Date) =>
      createToken(database, { name, scopes: allowed, expiresAt }, actor)
    return { own, database, create, clock: { time: start } }
  }

  it.each(scopes)('answers only the calls of the scope %s when a token has no other', async (scope) => {
    const { database, create, clock } = await opened()
    const { post, request, close: end } = processOn(database, clock)
    const headers = { authorization: `Bearer ${await create('narrow', [scope])}`, 'x-tenant': 'alice' }
    const calls: readonly [needed: Scope, answer: () => Promise<Response>][] = [
      ['runtime', () => post(runtimePath, { host }, headers)],
      ['runtime', () => request(`${runtimePath}?host=${host}`, { headers })],
      ['runtime', () => post('/v1/claims', {}, headers)],
      ['runtime', () => request('/v1/claims/k', { headers })],
      ['runtime', () => request('/v1/claims/k', { method: 'PUT', headers })],
      ['runtime', () => request('/v1/claims/k', { method: 'DELETE', headers })],
      ['credentials', () => post(resolvePath, { credentials_ref: 'alice-storage' }, headers)],
      ['usage', () => post(usagePath, {}, headers)],
      ['studio', () => request('/v1/studio/settings', { headers })],
      ['schedule', () => post('/v1/deliveries', {}, headers)],
    ]
    for (const [needed, ask] of calls) {
      const answer = await ask()
      if (needed === scope) expect(answer.status).not.toBe(403)
      else expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'missing_scope' }])
    }
    await end()
  })

  it('refuses a token in another process within a second when it is revoked', async () => {
    const { own, database, create, clock } = await opened()
    const token = await create('fleet')
    const others = [processOn(database, clock), processOn(await own.opened(), clock)]
    for (const { ask } of others) expect(await ask(token)).toBe(200)
    await revokeToken(database, 'fleet', actor)
    clock.time += 1001
    for (const { ask, close: end } of others) {
      expect(await ask(token)).toBe(403)
      expect(await ask(primary)).toBe(200)
      await end()
    }
  })

  it('accepts a token in another process at once when it is created', async () => {
    const { own, create, clock } = await opened()
    const { ask, close: end } = processOn(await own.opened(), clock)
    expect(await ask('unknown-token-of-strangers')).toBe(403)
    const token = await create('fleet')
    clock.time += 101
    expect(await ask(token)).toBe(200)
    await end()
  })

  it('refuses a token from the moment of its expiry', async () => {
    const { database, create, clock } = await opened()
    const token = await create('short', ['runtime'], new Date(start + 500))
    const { ask, close: end } = processOn(database, clock)
    clock.time = start + 499
    expect(await ask(token)).toBe(200)
    clock.time = start + 500
    expect(await ask(token)).toBe(403)
    await end()
  })

  it('accepts a token only as it was issued', async () => {
    const { database, create, clock } = await opened()
    const token = await create('fleet')
    const { ask, close: end } = processOn(database, clock)
    const altered = [
      token.toUpperCase(),
      token.slice(0, -1),
      `${token}x`,
      token.replace('st_', ''),
      `${token} x`,
      `${token},${token}`,
      `"${token}"`,
      'fleet',
      'x'.repeat(10_000),
      `${token}${'x'.repeat(10_000)}`,
    ]
    for (const text of altered) expect([text, await ask(text)]).toEqual([text, 403])
    expect(await ask(token)).toBe(200)
    await end()
  })

  it('makes at most ten reads a second when strangers send a flood of unknown tokens', async () => {
    const { database, clock } = await opened()
    let reads = 0
    const counted = observed(database, (sql) => {
      if (sql.includes('from "service_token"')) reads++
    })
    const tokens = createSqlTokens({ database: counted, now: () => clock.time })
    for (let call = 0; call < 3000; call++) {
      clock.time += 1
      expect(await tokens.find(`stranger-${call}`)).toBeUndefined()
    }
    expect(reads).toBeGreaterThan(2)
    expect(reads).toBeLessThanOrEqual(31)
  })

  it('makes one read when many callers send unknown tokens at once', async () => {
    const { database } = await opened()
    let reads = 0
    const tokens = createSqlTokens({ database: observed(database, () => reads++), now: () => start })
    await Promise.all(Array.from({ length: 200 }, (_, call) => tokens.find(`stranger-${call}`)))
    expect(reads).toBe(1)
  })

  it('notes the last use of a token at most once a minute', async () => {
    const { database, create, clock } = await opened()
    const token = await create('fleet')
    let writes = 0
    const counted = observed(database, (sql) => {
      if (sql.startsWith('update "service_token"')) writes++
    })
    const tokens = createSqlTokens({ database: counted, now: () => clock.time })
    const lastUse = async () => (await listTokens(database))[0]?.last_used_at
    expect(await lastUse()).toBeNull()
    await tokens.find(token)
    await eventually(async () => expect(await lastUse()).toBe(new Date(start).toISOString()))
    clock.time += 59_999
    await tokens.find(token)
    expect(writes).toBe(1)
    clock.time += 1
    await tokens.find(token)
    await eventually(async () => expect(await lastUse()).toBe(new Date(start + 60_000).toISOString()))
  })

  it('writes the last use of a token before it closes when the call came just before', async () => {
    const { own, database, create } = await opened()
    const token = await create('fleet')
    const connection = await own.opened()
    const failures: unknown[] = []
    const tokens = createSqlTokens({
      database: connection,
      now: () => start,
      onError: (error) => failures.push(error),
    })
    await tokens.find(token)
    await tokens.close()
    await connection.close()
    expect((await listTokens(database))[0]?.last_used_at).toBe(new Date(start).toISOString())
    expect(failures).toEqual([])
  })

  it('limits the calls of each token apart', async () => {
    const { database, create, clock } = await opened()
    const [one, other] = [await create('one'), await create('other')]
    const { ask, close: end } = processOn(database, clock, 2)
    const statuses = []
    for (const token of [one, one, one, other, primary]) statuses.push(await ask(token))
    expect(statuses).toEqual([200, 200, 429, 200, 200])
    await end()
  })
})
