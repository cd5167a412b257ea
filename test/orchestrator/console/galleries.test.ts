import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDatabasePlane } from '../../../orchestrator/control-plane.ts'
import { configOf } from '../../../orchestrator/registry/sql/configurations.ts'
import { history } from '../../../orchestrator/registry/sql/history.ts'
import { createTenant } from '../../../orchestrator/registry/sql/tenant-changes.ts'
import { operator, publicOrigin, startConsole } from '../../support/fixtures/console.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

const mia = { name: 'mia', title: 'Mia <b>in</b> Rope', email: 'Mia@Photos.test' }

describe.each(databaseKinds)('the galleries on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start(options: Parameters<typeof startConsole>[1] = {}) {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    const running = await startConsole(database, options)
    const olga = running.browser()
    await olga.signIn()
    const api = async (path: string, json?: unknown, method?: string) => {
      const { status, text } = await olga.send(`/api${path}`, {
        ...(json !== undefined && { json }),
        ...(method && { method }),
      })
      return { status, body: JSON.parse(text) }
    }
    return { database, olga, api, ...running }
  }

  it('adds a gallery that is served at once, with an invitation whose secret is not stored', async () => {
    const { database, api, services } = await start()
    const { status, body } = await api('/galleries', mia)
    expect([status, body.address]).toEqual([200, 'https://mia.shibari.test'])
    expect(body.link).toMatch(`${publicOrigin}/invitation/`)
    const binding = await services.registry.byHost('mia.shibari.test')
    expect(JSON.parse(binding?.answer ?? '').config).toMatchObject({
      appearance: { title: mia.title },
      auth: { allowed_emails: [] },
    })
    const [entry] = await history(database, 'mia')
    expect(entry).toMatchObject({ author: operator })
    const stored = JSON.stringify(await database.read.selectFrom('invitation').selectAll().execute())
    expect(stored).not.toContain(body.link.split('/').at(-1))
    const list = await api('/galleries?filter=invited')
    expect(list.body.galleries).toMatchObject([
      { name: 'mia', title: mia.title, invited: ['mia@photos.test'] },
    ])
  })

  it('takes the name as the title of a gallery without a title', async () => {
    const { api, services } = await start()
    expect((await api('/galleries', { name: 'mia', email: mia.email })).status).toBe(200)
    const binding = await services.registry.byHost('mia.shibari.test')
    expect(JSON.parse(binding?.answer ?? '').config.appearance).toEqual({ title: 'mia' })
  })

  it('escapes titles and shows the link of a new gallery once', async () => {
    const { olga } = await start()
    const added = await olga.send('/add', { form: mia })
    expect([added.status, added.text]).toEqual([200, expect.stringContaining(`${publicOrigin}/invitation/`)])
    const table = await olga.send('/')
    expect(table.text).toContain('Mia &lt;b&gt;in&lt;/b&gt; Rope')
    expect(table.text).not.toContain('/invitation/')
  })

  it.each(['www', 'app', 'console', 'a.b', 'ümlaut', '-a', 'alice', 'a\r\nb', ''])(
    'refuses the name %j and changes nothing',
    async (name) => {
      const { api, database, olga } = await start()
      const before = await database.read.selectFrom('tenant').select('name').execute()
      expect((await api('/galleries', { ...mia, name })).status).toBe(422)
      const page = await olga.send('/add', { form: { ...mia, name } })
      expect([page.status, page.text]).toEqual([422, expect.stringContaining('role="alert"')])
      expect(await database.read.selectFrom('tenant').select('name').execute()).toEqual(before)
    },
  )

  it('makes the invited person an admin once, and only by the button', async () => {
    const { api, browser, services, database } = await start()
    const { body } = await api('/galleries', mia)
    const visitor = browser()
    const shown = await visitor.navigate(body.link)
    expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('mia@photos.test')])
    expect((await visitor.navigate(body.link)).status).toBe(200)
    const accepted = await visitor.send(body.link, { form: {} })
    expect([accepted.status, accepted.headers.get('location')]).toEqual([
      303,
      'https://mia.shibari.test/auth/login?return_to=%2Fsettings',
    ])
    const binding = await services.registry.byHost('mia.shibari.test')
    expect(JSON.parse(binding?.answer ?? '').config.auth).toEqual({ allowed_emails: ['mia@photos.test'] })
    expect((await history(database, 'mia'))[0]).toMatchObject({ author: 'mia@photos.test' })
    expect((await visitor.send(body.link, { form: {} })).status).toBe(404)
    expect(await history(database, 'mia')).toHaveLength(2)
  })

  it('accepts an invitation once when two browsers press the button at the same moment', async () => {
    const { api, browser, database } = await start()
    const { body } = await api('/galleries', mia)
    const answers = await Promise.all([1, 2, 3].map(() => browser().send(body.link, { form: {} })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 404, 404])
    expect(await history(database, 'mia')).toHaveLength(2)
  })

  it('shows the same page for unknown, used, revoked, replaced and expired links', async () => {
    const clock = { time: Date.now() }
    const { api, browser } = await start({ now: () => clock.time })
    const invite = async (email: string) => (await api('/galleries/mia/invitations', { email })).body
    const replaced = (await api('/galleries', mia)).body.link
    const used = (await invite(mia.email)).link
    await browser().send(used, { form: {} })
    const revoked = await invite('b@photos.test')
    expect((await api(`/galleries/mia/invitations/${revoked.invitation}`, undefined, 'DELETE')).status).toBe(
      200,
    )
    const expired = (await invite('c@photos.test')).link
    clock.time += 14 * 24 * 3600_000 + 1000
    const unknown = `${publicOrigin}/invitation/unknown`
    for (const link of [unknown, replaced, used, revoked.link, expired]) {
      const [read, pressed] = [await browser().navigate(link), await browser().send(link, { form: {} })]
      expect([read.status, pressed.status]).toEqual([404, 404])
      const first = await browser().navigate(unknown)
      expect([read.text, pressed.text]).toEqual([first.text, first.text])
    }
  })

  it('refuses to invite to a gallery without a configuration, whose link could not be accepted', async () => {
    const { api, database } = await start()
    const actor = { name: 'test', requestId: 'test' }
    await database.change((tx) => createTenant(tx, { tenant: 'bare', hosts: ['bare.shibari.test'] }, actor))
    const answer = await api('/galleries/bare/invitations', { email: mia.email })
    expect([answer.status, answer.body.code]).toEqual([422, 'refused'])
  })

  it('accepts an invitation to a suspended gallery and leads to its new host', async () => {
    const { api, browser, services } = await start()
    const { link } = (await api('/galleries', mia)).body
    const change = { suspended: true, hosts: ['renamed.shibari.test'] }
    expect((await api('/galleries/mia', change, 'PUT')).status).toBe(200)
    const accepted = await browser().send(link, { form: {} })
    expect(accepted.headers.get('location')).toMatch(/^https:\/\/renamed\.shibari\.test\/auth\/login/)
    expect(await services.registry.byHost('renamed.shibari.test')).toMatchObject({ suspended: true })
  })

  it('suspends and resumes the galleries of a filter', async () => {
    const { api, olga, services } = await start()
    expect((await api('/suspension', { tenants: ['alice'], suspended: true })).body).toEqual({
      changed: ['alice'],
    })
    expect(await services.registry.byHost('alice.shibari.test')).toMatchObject({ suspended: true })
    const list = await api('/galleries?filter=suspended')
    expect(list.body).toMatchObject({ galleries: [{ name: 'alice' }, { name: 'carol' }] })
    const form = { every: '1', filter: 'suspended', search: '', act: 'resume' }
    expect((await olga.send('/bulk', { form })).status).toBe(303)
    expect((await api('/galleries?filter=suspended')).body.total).toBe(0)
  })

  it('shows the difference of a setting per gallery, publishes it and rolls all back', async () => {
    const { api, olga, database } = await start()
    for (const name of ['mia', 'nia']) await api('/galleries', { ...mia, name })
    const before = await configOf(database.read, 'mia')
    const change = { path: 'content.hashtag_string', value: '#rope', tenants: ['mia', 'nia'] }
    const plan = await api('/settings/plan', change)
    expect(plan.body.galleries.map(({ tenant }: { tenant: string }) => tenant)).toEqual(['mia', 'nia'])
    const page = await olga.send('/bulk', {
      form: { tenant: ['mia', 'nia'], act: 'plan', path: change.path, value: change.value },
    })
    expect(page.text).toContain(plan.body.plan)
    const published = await api('/settings', { ...change, plan: plan.body.plan })
    expect(published.body.changed).toEqual(['mia', 'nia'])
    const stale = await api('/settings', { ...change, value: '#other', plan: plan.body.plan })
    expect([stale.status, stale.body.code]).toEqual([409, 'conflict'])
    const undone = await olga.send('/bulk/undo', { form: { change: published.body.change } })
    expect([undone.status, undone.text]).toEqual([200, expect.stringContaining('2 galleries')])
    expect((await configOf(database.read, 'mia')).config).toBe(before.config)
  })

  it('rolls back only galleries that have not changed since', async () => {
    const { api } = await start()
    for (const name of ['mia', 'nia']) await api('/galleries', { ...mia, name })
    const change = { path: 'content.hashtag_string', value: '#rope', tenants: ['mia', 'nia'] }
    const { plan } = (await api('/settings/plan', change)).body
    const published = (await api('/settings', { ...change, plan })).body
    await api('/settings', {
      ...change,
      tenants: ['nia'],
      value: '#nia',
      plan: (await api('/settings/plan', { ...change, tenants: ['nia'], value: '#nia' })).body.plan,
    })
    const undone = await api(`/settings/${published.change}/rollback`, {})
    expect(undone.body).toEqual({ changed: ['mia'], kept: ['nia'] })
  })

  it('finds galleries by name and host, and takes wildcards of databases literally', async () => {
    const { api } = await start()
    await api('/galleries', mia)
    expect((await api('/galleries?search=MIA')).body.total).toBe(1)
    expect((await api('/galleries?search=mia.shibari')).body.total).toBe(1)
    for (const search of ['%25', '_ia', "'--", '!'])
      expect((await api(`/galleries?search=${search}`)).body.total).toBe(0)
  })

  it('shows which configuration the fleet asked for last', async () => {
    const { api, database, services, olga } = await start()
    const plane = createDatabasePlane({
      database,
      envelope: services.envelope,
      tokens: [],
      pollMs: 0,
      onFailure: () => {},
    })
    await plane.registry.byHost('alice.shibari.test')
    await plane.close()
    const list = await api('/galleries?search=alice&sort=served')
    const [alice] = list.body.galleries
    expect(alice.served.config_version).toBe(alice.config_version)
    expect((await olga.send('/?filter=nonsense&page=0')).status).toBe(200)
  })
})
