/** Rows of what people use, which a thief with access to the database copies to another tenant, or changes. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { beginConnection, listConnections } from '../../../orchestrator/connections/connect.ts'
import { createTokenChecks } from '../../../orchestrator/connections/token-life.ts'
import { createVendorApps } from '../../../orchestrator/connections/vendor-apps.ts'
import { acceptInvitation, invite, openInvitation } from '../../../orchestrator/invitations/invitations.ts'
import {
  browserOn,
  callbackFor,
  configOf,
  connectionServices,
  createGalleries,
  personOfTest,
  publicUrl,
  scriptedVendor,
  secretsOf,
} from '../../support/fixtures/connections.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { sendDue } from '../../support/fixtures/notices.ts'

const hour = 3_600_000
const later = new Date(Date.now() + 365 * 24 * hour).toISOString()

describe.each(databaseKinds)('rows of people in %s that were copied or changed', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start() {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    await createGalleries(database, ['alice', 'bob'])
    const clock = { now: Date.now() }
    const vendor = scriptedVendor('dropbox')
    const running = connectionServices(database, { vendors: [vendor], now: () => clock.now })
    const browser = browserOn(running.pages)
    async function begin(tenant: string): Promise<URL> {
      const asked = { tenant, provider: 'dropbox', actor: personOfTest, values: {}, language: 'en' } as const
      const begun = await beginConnection(running.services, asked)
      if (!('url' in begun)) throw new Error('The flow did not begin.')
      return new URL(begun.url)
    }
    async function finish(startUrl: URL): Promise<Response> {
      const started = await browser.open(startUrl.href)
      if (started.status !== 303) return started
      return browser.open(callbackFor(started.headers.get('location')))
    }
    return { ...running, database, vendor, clock, browser, begin, finish }
  }

  it('finishes an attempt at its own tenant', async () => {
    const { begin, finish, database } = await start()
    expect((await finish(await begin('alice'))).status).toBe(303)
    expect(await secretsOf(database, 'alice', 'storage')).toMatchObject({ provider: 'dropbox' })
  })

  it.each([
    ['tenant', { tenant: 'bob' }],
    ['person', { actor: 'eve@example.org' }],
    ['page', { return_to: 'https://evil.example/settings' }],
    ['permission to replace the account', { replaces: 1 }],
    ['end', { expires_at: later }],
  ])('connects nothing when an attempt got another %s', async (_, change) => {
    const { begin, finish, database, said } = await start()
    const url = await begin('alice')
    await database.change((tx) => tx.updateTable('connection_attempt').set(change).execute())
    const answer = await finish(url)
    expect([answer.status, answer.headers.get('location')]).toEqual([503, null])
    for (const tenant of ['alice', 'bob']) {
      expect(await secretsOf(database, tenant, 'storage')).toBeUndefined()
      expect((await configOf(database, tenant)).storage).toMatchObject({ credentials_ref: 'storage' })
    }
    expect(`${said.join()} ${await answer.text()}`).not.toContain('canary')
  })

  it('connects nothing when the secrets of an attempt were copied to an attempt of another tenant', async () => {
    const { begin, finish, database } = await start()
    const [of, to] = [await begin('alice'), await begin('bob')]
    const id = (url: URL) => url.searchParams.get('attempt') ?? ''
    await database.change(async (tx) => {
      const { kept, data_key } = await tx
        .selectFrom('connection_attempt')
        .select(['kept', 'data_key'])
        .where('id', '=', id(of))
        .executeTakeFirstOrThrow()
      await tx.updateTable('connection_attempt').set({ kept, data_key }).where('id', '=', id(to)).execute()
      await tx.updateTable('data_key').set({ tenant: 'bob' }).where('id', '=', data_key).execute()
    })
    expect((await finish(to)).status).toBe(503)
    expect(await secretsOf(database, 'bob', 'storage')).toBeUndefined()
  })

  it('asks the vendor with no secret of another tenant when a connection was copied', async () => {
    const { begin, finish, database, vendor, services, clock } = await start()
    await finish(await begin('alice'))
    await database.change(async (tx) => {
      const row = await tx.selectFrom('connection').selectAll().executeTakeFirstOrThrow()
      await tx
        .insertInto('connection')
        .values({ ...row, tenant: 'bob', due_at: new Date(0).toISOString() })
        .execute()
    })
    expect(await sendDue(createTokenChecks(services, () => 0))).toBe(1)
    expect(vendor.checks).toEqual([])
    expect(await database.read.selectFrom('connection').select('tenant').execute()).toEqual([
      { tenant: 'alice' },
    ])
    const copied = await database.read.selectFrom('credential').selectAll().executeTakeFirstOrThrow()
    await database.change(async (tx) => {
      const row = await tx.selectFrom('connection').selectAll().executeTakeFirstOrThrow()
      await tx
        .insertInto('credential')
        .values({ ...copied, tenant: 'bob' })
        .execute()
      const due = { tenant: 'bob', due_at: new Date(0).toISOString() }
      await tx
        .insertInto('connection')
        .values({ ...row, ...due })
        .execute()
    })
    clock.now += 1000
    expect(await sendDue(createTokenChecks(services, () => 0))).toBe(1)
    expect(vendor.checks).toEqual([])
    const shown = await listConnections(services, 'bob')
    expect(JSON.stringify(shown)).not.toContain('canary')
  })

  it('opens no invitation that was moved to another tenant, address or end', async () => {
    const { database } = await start()
    const now = Date.now()
    const { secret } = await database.change((tx) =>
      invite(tx, { tenant: 'alice', email: 'ann@example.org' }, personOfTest, now),
    )
    expect(await openInvitation(database.read, secret, now)).toMatchObject({ tenant: 'alice' })
    const original = await database.read.selectFrom('invitation').selectAll().executeTakeFirstOrThrow()
    for (const change of [{ tenant: 'bob' }, { email: 'eve@example.org' }, { expires_at: later }]) {
      await database.change((tx) =>
        tx
          .updateTable('invitation')
          .set({ ...original, ...change })
          .execute(),
      )
      expect(await acceptInvitation(database, secret, 'request', now)).toBeUndefined()
    }
    for (const tenant of ['alice', 'bob']) expect((await configOf(database, tenant)).auth).toBeUndefined()
    await database.change((tx) => tx.updateTable('invitation').set(original).execute())
    expect(await acceptInvitation(database, secret, 'request', now)).toMatchObject({ tenant: 'alice' })
  })

  it('opens no link whose secret belongs to another invitation', async () => {
    const { database } = await start()
    const now = Date.now()
    const secretOf = async (tenant: string, email: string) =>
      (await database.change((tx) => invite(tx, { tenant, email }, personOfTest, now))).secret
    const [first = '', second = ''] = [
      await secretOf('alice', 'ann@example.org'),
      await secretOf('bob', 'ben@example.org'),
    ]
    const mixed = `${second.split('.')[0]}.${first.split('.')[1]}`
    const bad = [mixed, `${first}x`, first.slice(0, -1), first.split('.')[0] ?? '', '', '\0', 'unknown']
    for (const secret of bad) expect(await openInvitation(database.read, secret, now)).toBeUndefined()
  })

  it('uses no app of a server whose row was copied to another server', async () => {
    const { database, services } = await start()
    const apps = createVendorApps(database, services.envelope, Date.now)
    const key = (server: string) => ({
      server,
      redirectUri: `${publicUrl}/connect/mastodon/callback`,
      scopes: 'read',
    })
    await apps.keep(key('https://a.example'), { clientId: 'id', clientSecret: 'canary-secret' })
    await database.change((tx) =>
      tx.updateTable('vendor_app').set({ server: 'https://evil.example' }).execute(),
    )
    expect(await apps.find(key('https://evil.example'))).toBeUndefined()
  })
})
