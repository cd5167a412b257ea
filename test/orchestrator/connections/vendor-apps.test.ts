/** Registered apps in the database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVendorApps } from '../../../orchestrator/connections/vendor-apps.ts'
import { renewDataKeys } from '../../../orchestrator/secrets/renewal.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { envelopeOfTest } from '../../support/fixtures/reference-planes.ts'

const key = {
  server: 'https://mastodon.example',
  redirectUri: 'https://connect.example.org/connect/mastodon/callback',
  scopes: 'profile write:media',
}
const app = { clientId: 'client', clientSecret: 'canary-secret' }

describe.each(databaseKinds)('the registered apps on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start() {
    const own = await databases.createMigrated()
    const database = await own.opened()
    const envelope = envelopeOfTest(database)
    return { own, database, envelope, apps: createVendorApps(database, envelope, Date.now) }
  }

  it('finds an app for the same server, redirect address and scopes only', async () => {
    const { own, apps } = await start()
    await using _ = own
    await apps.keep(key, app)
    expect(await apps.find(key)).toEqual(app)
    for (const other of [
      { server: 'https://a.example' },
      { redirectUri: 'https://b.example' },
      { scopes: 'read' },
    ])
      expect(await apps.find({ ...key, ...other })).toBeUndefined()
  })

  it('replaces an app by a newer registration, and forgets it', async () => {
    const { own, apps } = await start()
    await using _ = own
    await apps.keep(key, app)
    await apps.keep(key, { clientId: 'newer', clientSecret: 'canary' })
    expect(await apps.find(key)).toEqual({ clientId: 'newer', clientSecret: 'canary' })
    await apps.forget(key)
    expect(await apps.find(key)).toBeUndefined()
  })

  it('stores no secret in clear, and opens no app at another server', async () => {
    const { own, database, apps } = await start()
    await using _ = own
    await apps.keep(key, app)
    const rows = await database.read.selectFrom('vendor_app').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain('canary')
    const thief = { ...key, server: 'https://thief.example' }
    await database.change((tx) => tx.updateTable('vendor_app').set({ server: thief.server }).execute())
    expect(await apps.find(thief)).toBeUndefined()
  })

  it('opens an app after a renewal of the data keys', async () => {
    const { own, database, envelope, apps } = await start()
    await using _ = own
    await apps.keep(key, app)
    const actor = { name: 'test', requestId: 'test' }
    const madeBefore = new Date(Date.now() + 1000).toISOString()
    const done = await renewDataKeys({ database, keys: envelope.keys, actor, madeBefore })
    expect(done).toEqual({ renewed: 1, values: 1, unopened: 0 })
    expect(await createVendorApps(database, envelopeOfTest(database), Date.now).find(key)).toEqual(app)
  })
})
