import { afterAll, describe, expect, it } from 'vitest'
import { createOrchestrator } from '../../orchestrator/contract/app.ts'
import { createDatabasePlane } from '../../orchestrator/control-plane.ts'
import { openDatabase } from '../../orchestrator/database/open.ts'
import { bind, tenantSchema } from '../../orchestrator/registry/binding.ts'
import { putCredentials } from '../../orchestrator/registry/sql/credentials.ts'
import { putTenant } from '../../orchestrator/registry/sql/tenants.ts'
import { createConfiguredKeys, parseKeys } from '../../orchestrator/secrets/configured-keys.ts'
import { createEnvelope } from '../../orchestrator/secrets/envelope.ts'
import { createToken } from '../../orchestrator/tokens/changes.ts'
import { keys } from '../support/fixtures/control-plane/crashes.ts'
import { type DatabaseOfTest, databasesOf } from '../support/fixtures/databases.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { startTcpProxy } from '../support/fixtures/tcp-proxy.ts'

const actor = { name: 'olga@shibari.test', requestId: 'r' }
const patience = { turnMs: 200, connectMs: 200, statementMs: 200 }

/** Serves tenant alice from a PostgreSQL behind a proxy. Every look at the clock is a second later. */
async function serve(place: DatabaseOfTest) {
  const direct = await place.opened()
  const envelope = createEnvelope(direct, createConfiguredKeys(parseKeys(keys)))
  const storage = { provider: 'dropbox', credentials_ref: 'ref', paths: { root: '/Photos' } }
  const bound = await bind(
    'alice',
    tenantSchema.parse({ hosts: ['alice.shibari.test'], config: { storage } }),
  )
  const value = { provider: 'dropbox' as const, refresh_token: 'canary-of-alice' }
  await direct.change(async (tx) => {
    await putTenant(tx, bound, actor)
    await putCredentials(tx, envelope, { tenant: 'alice', ref: 'ref', provider: 'dropbox', value }, actor)
  })
  const scopes = ['runtime', 'credentials', 'usage'] as const
  const token = await createToken(direct, { name: 'fleet', scopes }, actor)

  const url = new URL(place.url ?? '')
  const proxy = await startTcpProxy(Number(url.port))
  url.port = String(proxy.port)
  const database = await openDatabase({ url: url.href, directory: place.directory, patience })
  let time = Date.UTC(2026, 11, 1)
  const now = () => {
    time += 1000
    return time
  }
  const plane = createDatabasePlane({
    database,
    envelope: createEnvelope(database, createConfiguredKeys(parseKeys(keys))),
    tokens: [],
    now,
    onFailure: () => {},
  })
  const errors: Error[] = []
  const app = createOrchestrator({ plane, now, onError: (error) => errors.push(error) })
  const post = async (path: string, body: unknown, bearer = token) => {
    const headers = {
      authorization: `Bearer ${bearer}`,
      'x-tenant': 'alice',
      'content-type': 'application/json',
    }
    const answer = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, text: await answer.text(), retryAfter: answer.headers.get('retry-after') }
  }
  const usage = (key: string) => ({
    tenant_id: 'alice',
    source: 'publisher',
    idempotency_key: key,
    metric: 'ai_tokens',
    quantity: 1,
    unit: 'tokens',
    occurred_at: '2026-12-01T00:00:00Z',
  })
  return {
    proxy,
    errors,
    post,
    pass: (ms: number) => {
      time += ms
    },
    byHost: (host = 'alice.shibari.test') => post('/v1/runtime/by-host', { host }),
    resolve: () => post('/v1/credentials/resolve', { credentials_ref: 'ref' }),
    count: (key: string) => post('/v1/billing/usage', usage(key)),
    claim: (key: string) => post('/v1/claims', { key, holder: 'h', ttl_seconds: 60 }),
    async [Symbol.asyncDispose]() {
      proxy.become('open')
      await plane.close()
      await database.close()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

describe('an orchestrator without its database', () => {
  const databases = databasesOf('postgres')
  afterAll(() => databases.close())

  it.each(['refusing', 'frozen'] as const)(
    'answers known hosts from memory and refuses all other calls with 503 when the server is %s, and recovers',
    async (state) => {
      await using place = await databases.createMigrated()
      await using served = await serve(place)
      const { byHost, resolve, count, claim, proxy, errors, post } = served
      const known = await byHost()
      expect([known.status, (await resolve()).status, (await count('a')).status]).toEqual([200, 200, 200])
      proxy.become(state)
      expect(await byHost()).toEqual(known)
      const refused = [await byHost('bob.shibari.test'), await resolve(), await count('b'), await claim('k')]
      refused.push(await post('/v1/runtime/by-host', { host: 'alice.shibari.test' }, 'st_unknown'))
      for (const { status, text, retryAfter } of refused) {
        expect([status, retryAfter]).toEqual([503, '1'])
        expect(JSON.parse(text).code).toMatch(/^(database|audit)_unavailable$/)
        expect(text).not.toContain('canary')
      }
      expect(errors).toEqual([])
      proxy.become('open')
      await eventually(async () => expect((await resolve()).status).toBe(200))
      await eventually(async () => expect((await byHost('bob.shibari.test')).status).toBe(404))
      expect([(await count('b')).status, (await claim('k')).status]).toEqual([200, 201])
    },
    60_000,
  )

  it('refuses known hosts when the database is away for more than five minutes', async () => {
    await using place = await databases.createMigrated()
    await using served = await serve(place)
    expect((await served.byHost()).status).toBe(200)
    served.proxy.become('refusing')
    expect((await served.byHost()).status).toBe(200)
    served.pass(300_000)
    expect((await served.byHost()).status).toBe(503)
    served.proxy.become('open')
    await eventually(async () => expect((await served.byHost()).status).toBe(200))
  })
})
