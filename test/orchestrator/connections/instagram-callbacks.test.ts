/** Callbacks of Meta about a person, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signedRequest } from '../../../dev/emulators/instagram/signed-request.ts'
import { applyConnection } from '../../../orchestrator/connections/apply.ts'
import { connectPages } from '../../../orchestrator/connections/pages.ts'
import type { Connected } from '../../../orchestrator/connections/vendor.ts'
import { createVendors } from '../../../orchestrator/connections/vendors.ts'
import type { Database } from '../../../orchestrator/database/database.ts'
import { parseEnvironment } from '../../../orchestrator/environment.ts'
import { createSqlRegistry } from '../../../orchestrator/registry/sql.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { envelopeOfTest, fillDatabase } from '../../support/fixtures/reference-planes.ts'
import { vendorTools } from '../../support/fixtures/vendor-tools.ts'

const secret = 'canary-app-secret'
const origin = 'https://connect.example.org'
const connectedAt = Date.parse('2026-12-01T10:00:00.000Z')
const now = connectedAt + 60_000

const account = (accountId: string): Connected => ({
  credentials: { provider: 'instagram', access_token: 'canary-token', user_id: '17841400000000001' },
  account: '@alice.ties',
  accountId,
  expiresAt: null,
  settings: {},
})

describe.each(databaseKinds)('the callbacks of Meta on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start() {
    const own = await databases.createMigrated()
    const database = await own.opened()
    await fillDatabase(database)
    const envelope = envelopeOfTest(database)
    const env = parseEnvironment({
      INSTAGRAM_APP_ID: 'app',
      INSTAGRAM_APP_SECRET: secret,
      ORCHESTRATOR_PUBLIC_URL: origin,
    })
    const tools = vendorTools()
    const said: string[] = []
    const services = {
      ...{ env, database, envelope, tools, now: () => now, vendors: createVendors(env, tools) },
      showNow: async () => undefined,
      registry: createSqlRegistry({ database, envelope }),
      say: (text: string) => void said.push(text),
    }
    const pages = connectPages(services)
    const connect = (tenant: string, accountId: string) =>
      envelope.prepare([tenant]).then(() =>
        applyConnection(
          { ...services, now: connectedAt },
          {
            tenant,
            provider: 'instagram',
            connected: account(accountId),
            actor: { name: 'alice@example.org', requestId: 'test' },
            replaces: false,
            checkEveryMs: 86_400_000,
          },
        ),
      )
    const post = (path: string, signed: string) =>
      pages.request(`${origin}/connect/instagram/${path}`, {
        method: 'POST',
        body: new URLSearchParams({ signed_request: signed }),
      })
    return { own, database, pages, connect, post }
  }

  const payload = (user_id: unknown, issuedAt = now) => ({
    algorithm: 'HMAC-SHA256',
    user_id,
    issued_at: Math.floor(issuedAt / 1000),
  })

  it('breaks the connection of a person who removed the app, and no other', async () => {
    const { own, database, connect, post } = await start()
    await using _ = own
    await connect('alice', '9901')
    await connect('bob', '9902')
    expect((await post('deauthorize', signedRequest(payload('9901'), secret))).status).toBe(200)
    expect((await post('deauthorize', signedRequest(payload('9901'), secret))).status).toBe(200)
    expect(await connections(database)).toEqual([
      { tenant: 'alice', error_code: 'deauthorized', isBroken: true },
      { tenant: 'bob', error_code: '', isBroken: false },
    ])
    const events = await database.read.selectFrom('event').selectAll().execute()
    expect(events.filter(({ type }) => type === 'connection.broken')).toHaveLength(1)
    expect(JSON.stringify(events)).not.toContain('canary')
  })

  it('deletes the stored account, and returns a code that tells the day', async () => {
    const { own, database, pages, connect, post } = await start()
    await using _ = own
    await connect('alice', '9901')
    await connect('bob', '9902')
    const answer = await post('delete', signedRequest(payload(9901), secret))
    const { url, confirmation_code } = await answer.json()
    expect(url).toBe(`${origin}/connect/instagram/deleted/${confirmation_code}`)
    expect(await connections(database)).toMatchObject([{ tenant: 'bob' }])
    const stored = await database.read
      .selectFrom('credential')
      .select('tenant')
      .where('provider', '=', 'instagram')
      .execute()
    expect(stored.filter(({ tenant }) => tenant === 'alice')).toEqual([])
    const shown = await pages.request(url, { headers: { 'accept-language': 'de' } })
    expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('2026-12-01')])
    expect((await pages.request(`${url}x`)).status).toBe(404)
    expect(
      (await pages.request(`${origin}/connect/instagram/deleted/mhxxxxxx-${'x'.repeat(22)}`)).status,
    ).toBe(404)
  })

  it('ends nothing when the request is older than the connection', async () => {
    const { own, database, connect, post } = await start()
    await using _ = own
    await connect('alice', '9901')
    const old = signedRequest(payload('9901', connectedAt - 5000), secret)
    for (const path of ['deauthorize', 'delete']) expect((await post(path, old)).status).toBe(200)
    expect(await connections(database)).toMatchObject([{ tenant: 'alice', isBroken: false }])
  })

  it('refuses everything that the secret of the app did not sign', async () => {
    const { own, database, pages, connect, post } = await start()
    await using _ = own
    await connect('alice', '9901')
    const good = signedRequest(payload('9901'), secret)
    const [signature = '', body = ''] = good.split('.')
    const other = signedRequest(payload('9902'), secret).split('.')[1]
    const forged = [
      signedRequest(payload('9901'), 'another secret'),
      signedRequest({ ...payload('9901'), algorithm: 'none' }, secret),
      signedRequest({ user_id: '9901' }, secret),
      ...[
        '',
        '.',
        `.${body}`,
        `${signature}.`,
        `${signature}.${other}`,
        `${good}.${body}`,
        good.replace('.', ''),
      ],
      `${signature}.${body}${'x'.repeat(5000)}`,
    ]
    for (const path of ['deauthorize', 'delete'])
      for (const signed of forged) expect([signed, (await post(path, signed)).status]).toEqual([signed, 400])
    const long = { method: 'POST', body: 'x'.repeat(20_000) }
    expect((await pages.request(`${origin}/connect/instagram/delete`, long)).status).toBe(413)
    expect((await pages.request(`${origin}/connect/instagram/delete`)).status).toBe(404)
    expect(await connections(database)).toMatchObject([{ tenant: 'alice', isBroken: false }])
  })
})

async function connections({ read }: Database) {
  const rows = await read
    .selectFrom('connection')
    .select(['tenant', 'error_code', 'broken_at'])
    .orderBy('tenant')
    .execute()
  return rows.map(({ broken_at, ...row }) => ({ ...row, isBroken: broken_at !== null }))
}
