import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { operator, otherOperator, startConsole } from '../../support/fixtures/console.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

const mia = { name: 'mia', title: 'Mia', email: 'mia@photos.test' }
const at = '/galleries/mia'

describe.each(databaseKinds)('the page of a gallery on %s', (kind) => {
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
      const options = { ...(json !== undefined && { json }), ...(method && { method }) }
      const { status, text } = await olga.send(`/api${path}`, options)
      return { status, body: JSON.parse(text) }
    }
    await api('/galleries', mia)
    const view = async () => (await api(at)).body
    return { database, olga, api, view, ...running }
  }

  it('shows a difference with a likely correction, and publishes it', async () => {
    const { olga, view } = await start()
    const before = await view()
    const config = JSON.stringify({ ...before.config, featurs: { keep_enabled: false } })
    const form = { expect: before.config_version, config }
    const shown = await olga.send(`${at}/configuration`, { form })
    expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('did you mean features?')])
    const edit = JSON.stringify({ changes: [{ path: 'content.hashtag_string', value: '#rope' }] })
    const published = await olga.send(`${at}/publish`, { form: { expect: before.config_version, edit } })
    expect(published.status).toBe(303)
    expect((await view()).config.content).toEqual({ hashtag_string: '#rope' })
  })

  it('makes only the changed fields of the form part of the difference', async () => {
    const { olga, view } = await start()
    const { config_version: expect_ } = await view()
    const form = {
      expect: expect_,
      'appearance.title': 'Mia in Rope',
      'content.hashtag_string': '',
      'features.keep_enabled': 'false',
      'storage.provider': 'local',
    }
    const { text } = await olga.send(`${at}/settings`, { form })
    expect(text).toContain('appearance.title')
    expect(text).toContain('features')
    expect(text).not.toContain('storage.provider')
    expect(text).not.toContain('content.hashtag_string')
  })

  it('tells the second of two operators, with the difference to the newer configuration', async () => {
    const { olga, browser, view } = await start()
    const omar = browser()
    await omar.signIn(otherOperator)
    const { config_version } = await view()
    const publish = (title: string) => ({
      form: {
        expect: config_version,
        edit: JSON.stringify({ changes: [{ path: 'appearance.title', value: title }] }),
      },
    })
    expect((await omar.send(`${at}/publish`, publish('Of Omar'))).status).toBe(303)
    const late = await olga.send(`${at}/publish`, publish('Of Olga'))
    expect([late.status, late.text]).toEqual([409, expect.stringContaining('Of Omar')])
    expect((await view()).config.appearance.title).toBe('Of Omar')
    const form = { expect: config_version, 'appearance.title': 'Mia', 'content.hashtag_string': '#olga' }
    const stale = await olga.send(`${at}/settings`, { form })
    expect(stale.status).toBe(409)
    expect(stale.text).toContain('#olga')
    expect(stale.text).not.toContain('Of Omar')
  })

  it('refuses a configuration that breaks a rule, except by force', async () => {
    const { api, view } = await start()
    const { config_version } = await view()
    const changes = [{ path: 'features.analyze_caption_enabled', value: true }]
    const edit = { changes, expect: config_version }
    expect((await api(`${at}/settings`, edit)).status).toBe(422)
    expect((await api(`${at}/settings`, { ...edit, force: true })).status).toBe(200)
  })

  it('rolls back to an earlier version, and refuses this after another change', async () => {
    const { olga, api, view } = await start()
    const first = await view()
    const changes = [{ path: 'appearance.title', value: 'New' }]
    await api(`${at}/settings`, { changes, expect: first.config_version })
    const second = await view()
    const shown = await olga.send(`${at}/history/${first.config_version}`)
    expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('appearance.title')])
    const form = { version: first.config_version, expect: second.config_version }
    expect((await olga.send(`${at}/rollback`, { form })).status).toBe(303)
    expect((await view()).config.appearance.title).toBe('Mia')
    expect((await olga.send(`${at}/rollback`, { form })).status).toBe(409)
    const { versions } = (await api(`${at}/history`)).body
    expect(versions.map(({ author }: { author: string }) => author)).toEqual([operator, operator, operator])
  })

  it('locks single settings, and changes hosts and budget', async () => {
    const { olga, view, services } = await start()
    const paths = 'content.hashtag_string\nai.system_prompt\n\n'
    expect((await olga.send(`${at}/locks`, { form: { paths } })).status).toBe(303)
    expect((await olga.send(`${at}/locks`, { form: { paths: '__proto__.x' } })).status).toBe(422)
    const limits = { hosts: 'mia.shibari.test\r\nmia2.shibari.test', ai_budget: '5000' }
    expect((await olga.send(`${at}/limits`, { form: limits })).status).toBe(303)
    expect(await view()).toMatchObject({
      locked: ['ai.system_prompt', 'content.hashtag_string'],
      hosts: ['mia.shibari.test', 'mia2.shibari.test'],
      ai_budget: 5000,
    })
    expect(await services.registry.byHost('mia2.shibari.test')).toMatchObject({ tenant: 'mia' })
    const taken = { hosts: 'alice.shibari.test', ai_budget: '' }
    expect((await olga.send(`${at}/limits`, { form: taken })).status).toBe(422)
  })

  it('answers with the checks of the doctor', async () => {
    const { olga, api } = await start()
    const { checks } = (await api(`${at}/doctor`, {})).body
    const states = Object.fromEntries(
      checks.map(({ name, state }: { name: string; state: string }) => [name, state]),
    )
    expect(states).toEqual({
      configuration: 'good',
      suspended: 'good',
      rules: 'bad',
      unknown_keys: 'good',
      storage: 'bad',
      connections: 'good',
      served: 'unclear',
      fleet: 'unclear',
    })
    const page = await olga.send(`${at}/doctor`, { form: {} })
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('A storage is connected')])
  })

  it('answers 404 for an unknown gallery, in German if the browser prefers it', async () => {
    const { olga, api } = await start()
    expect((await api('/galleries/unknown')).status).toBe(404)
    const page = await olga.send('/galleries/unknown', {
      headers: { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' },
    })
    expect([page.status, page.text]).toEqual([404, expect.stringContaining('<html lang="de">')])
  })

  it('creates, uses once, lists and revokes tokens and webhooks', async () => {
    const { olga, api } = await start()
    const form = { name: 'fleet', scopes: ['runtime', 'usage'], expires: '2099-01-31' }
    const created = await olga.send('/tokens', { form })
    expect([created.status, created.text]).toEqual([
      200,
      expect.stringContaining('aria-describedby="once">st_'),
    ])
    expect((await api('/tokens')).body.tokens).toMatchObject([
      { name: 'fleet', scopes: 'runtime,usage', expires_at: '2099-01-31T23:59:59.000Z' },
    ])
    expect((await olga.send('/tokens/revoke', { form: { name: 'fleet' } })).status).toBe(303)
    expect((await api('/tokens/fleet', undefined, 'DELETE')).status).toBe(422)
    const hook = { url: 'https://hooks.example/x', tenant: '', types: ['config.published'] }
    expect((await olga.send('/webhooks', { form: hook })).text).toContain('aria-describedby="once">whsec_')
    const [{ id }] = (await api('/webhooks')).body.webhooks
    expect((await olga.send('/webhooks/delete', { form: { id } })).status).toBe(303)
    expect((await api('/webhooks')).body.webhooks).toEqual([])
  })

  it('proves the chain of the audit log', async () => {
    const { olga, database } = await start()
    expect((await olga.send('/audit/verify', { form: {} })).text).toContain('is whole')
    await database.change((tx) =>
      tx.updateTable('audit').set({ actor: 'eve' }).where('seq', '=', 2).execute(),
    )
    expect((await olga.send('/audit/verify', { form: {} })).text).toContain('chain is broken')
  })
})
