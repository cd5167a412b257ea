import { afterAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../orchestrator/database/database.ts'
import { history } from '../../../orchestrator/registry/sql/history.ts'
import { databaseKinds } from '../../support/fixtures/databases.ts'
import { referencesOn } from '../../support/fixtures/reference-planes.ts'
import { actorOfTest, studioOver } from '../../support/fixtures/studio-calls.ts'

/** Lets a tenant's photographer change the prompts, as an operator would. */
function unlock(database: Database, tenant: string, locked = ''): Promise<unknown> {
  return database.change((tx) =>
    tx.updateTable('tenant').set({ locked }).where('name', '=', tenant).execute(),
  )
}

/** Makes the storage a connection of the photographer. */
function connectStorage(database: Database, tenant: string): Promise<unknown> {
  const now = new Date().toISOString()
  const idle = {
    leased_until: null,
    lease: null,
    failures: 0,
    failing_since: null,
    broken_at: null,
    warned_of: null,
  }
  const account = { account: 'alice', account_id: '1', hint: '', connected_by: actorOfTest, expires_at: null }
  const times = { connected_at: now, token_at: now, checked_at: now, due_at: '9999' }
  const row = { ...idle, ...account, ...times, error_code: '', error_words: '' }
  return database.change((tx) =>
    tx
      .insertInto('connection')
      .values({ tenant, ref: `${tenant}-storage`, provider: 'dropbox', ...row })
      .execute(),
  )
}

describe.each(databaseKinds)('the settings of the studio on %s', (kind) => {
  const { filledDatabase, close } = referencesOn(kind)
  afterAll(close)

  async function start(variables: Record<string, string> = {}) {
    const database = await (await filledDatabase()).opened()
    return { database, ...studioOver(database, variables) }
  }

  it('shows all settings with their defaults, the locks, and the version as the entity tag', async () => {
    const { call } = await start()
    const answer = await call('/settings')
    const body = await answer.json()
    expect(answer.headers.get('etag')).toBe(`"${body.config_version}"`)
    expect(body.settings).toEqual({
      appearance: { title: null, accent_color: null, background_color: null },
      content: {
        hashtag_string: '',
        voice_profile: [],
        default_rating: 'nudity',
        default_platforms: [],
        time_zone: null,
        watermark: { text: null, image: null, position: 'bottom-right', opacity: 0.5, size: 0.2 },
      },
      features: { auto_view_enabled: false },
      storage: { paths: { root: '/Photos', archive: 'archive', keep: 'keep', remove: 'reject' } },
      ai: {
        system_prompt: null,
        role_prompt: null,
        sd_caption_system_prompt: null,
        sd_caption_role_prompt: null,
      },
    })
    expect(body.locked).toContain('ai.system_prompt')
    expect(body.locked).toContain('storage.paths.root')
    expect(body.offered.key_scopes).toContain('read')
  })

  it('publishes a patch in the name of the person, and the fleet gets it at once', async () => {
    const { call, patch, sent, database } = await start()
    await database.change((tx) => tx.deleteFrom('invalidation').execute())
    await sent()
    const answer = await patch({
      appearance: { title: ' Alice in Rope ', accent_color: '#E07A5F' },
      content: { hashtag_string: '#rope', time_zone: 'Europe/Berlin', watermark: { text: '© Alice' } },
      features: { auto_view_enabled: true },
    })
    expect(answer.status).toBe(200)
    const body = await answer.json()
    expect(body.settings).toMatchObject({
      appearance: { title: 'Alice in Rope' },
      content: { time_zone: 'Europe/Berlin' },
    })
    expect(await (await call('/settings')).json()).toEqual(body)
    const { config, config_version } = await sent()
    expect(config_version).toBe(body.config_version)
    expect(config).toMatchObject({
      appearance: { title: 'Alice in Rope', accent_color: '#e07a5f' },
      content: { hashtag_string: '#rope', watermark: { text: '© Alice' } },
      features: { auto_view_enabled: true },
      storage: { provider: 'dropbox', credentials_ref: 'alice-storage', paths: { root: '/Photos' } },
    })
    const [newest] = await history(database, 'alice')
    expect(newest).toMatchObject({ config_version, author: actorOfTest, note: 'studio' })
    const hosts = await database.read.selectFrom('invalidation').select('host').execute()
    expect(hosts).toEqual([{ host: 'alice.shibari.test' }])
  })

  it('removes a setting for null and for blank text, and all settings of a block for null', async () => {
    const { patch } = await start()
    await patch({ appearance: { title: 'A', accent_color: '#c40' }, content: { hashtag_string: '#a' } })
    const blank = await (await patch({ appearance: { title: '' } })).json()
    expect(blank.settings.appearance).toMatchObject({ title: null, accent_color: '#cc4400' })
    const cleared = await patch({ appearance: null, content: { hashtag_string: null } })
    expect(cleared.status).toBe(200)
    expect((await cleared.json()).settings).toMatchObject({
      appearance: { accent_color: null },
      content: { hashtag_string: '' },
    })
  })

  it('accepts one of six patches of the same version, and shows the newer settings to the others', async () => {
    const { call, versionOf } = await start()
    const ifMatch = await versionOf()
    const tags = Array.from({ length: 6 }, (_, index) => `#tag${index}`)
    const answers = await Promise.all(
      tags.map((hashtag_string) =>
        call('/settings', { method: 'PATCH', ifMatch, body: { content: { hashtag_string } } }),
      ),
    )
    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409])
    const bodies = await Promise.all(answers.map((answer) => answer.json()))
    const saved = bodies.find((_, index) => answers[index]?.status === 200)
    for (const [index, body] of bodies.entries()) {
      expect(body.settings).toEqual(saved.settings)
      expect(answers[index]?.headers.get('etag')).toBe(`"${saved.config_version}"`)
      if (answers[index]?.status === 409) expect(body.code).toBe('settings_changed')
    }
  })

  it.each([undefined, '*', 'abc', '""'])('answers 428 when If-Match is %j', async (ifMatch) => {
    const { call } = await start()
    const body = { appearance: { title: 'A' } }
    const answer = await call('/settings', { method: 'PATCH', body, ...(ifMatch && { ifMatch }) })
    expect([answer.status, (await answer.json()).code]).toEqual([428, 'if_match_required'])
  })

  it('takes the version without quotes, as it stands in the body', async () => {
    const { call } = await start()
    const { config_version } = await (await call('/settings')).json()
    const change = { method: 'PATCH', body: { appearance: { title: 'A' } }, ifMatch: config_version }
    expect((await call('/settings', change)).status).toBe(200)
    expect((await call('/settings', change)).status).toBe(409)
  })

  it('keeps taking the version of the settings while keys change the version of the answer', async () => {
    const { call, sent, versionOf } = await start()
    const before = await versionOf()
    expect((await call('/keys', { method: 'POST', body: { name: 'x', scopes: ['read'] } })).status).toBe(201)
    expect(await versionOf()).toBe(before)
    const { config_version } = await sent()
    const options = { method: 'PATCH', ifMatch: `"${config_version}"`, body: { appearance: { title: 'A' } } }
    expect((await call('/settings', options)).status).toBe(200)
  })

  it.each([
    ['a colour without an effect', { appearance: { accent_color: 'red' } }, '/appearance/accent_color'],
    ['a title of two lines', { appearance: { title: 'a\nb' } }, '/appearance/title'],
    ['a title of 61 letters', { appearance: { title: 'x'.repeat(61) } }, '/appearance/title'],
    ['a number as title', { appearance: { title: 5 } }, '/appearance/title'],
    ['an unknown zone', { content: { time_zone: 'Mars/Olympus' } }, '/content/time_zone'],
    ['an offset as zone', { content: { time_zone: '+01:00' } }, '/content/time_zone'],
    ['an unknown rating', { content: { default_rating: 'fine' } }, '/content/default_rating'],
    ['21 sample captions', { content: { voice_profile: Array(21).fill('a') } }, '/content/voice_profile'],
    ['a sample that is no text', { content: { voice_profile: ['a', 5] } }, '/content/voice_profile/1'],
    ['an unknown channel', { content: { default_platforms: ['x'] } }, '/content/default_platforms/0'],
    ['text as a flag', { features: { auto_view_enabled: 'yes' } }, '/features/auto_view_enabled'],
    ['a watermark of emoji', { content: { watermark: { text: '😀' } } }, '/content/watermark/text'],
    [
      'a watermark below the folder',
      { content: { watermark: { image: '../x.png' } } },
      '/content/watermark/image',
    ],
    ['an opacity above 1', { content: { watermark: { opacity: 2 } } }, '/content/watermark/opacity'],
    ['text in place of a block', { appearance: 'red' }, '/appearance'],
    ['a list in place of a block', { content: [] }, '/content'],
    ['an unknown block', { unknown: { a: 1 } }, '/unknown'],
    ['a path as a key', { 'appearance.title': 'A' }, '/appearance.title'],
    ['a key with a slash', { 'a/b~c': 1 }, '/a~1b~0c'],
  ])('refuses %s, and changes nothing', async (_title, body, pointer) => {
    const { patch, versionOf } = await start()
    const before = await versionOf()
    const answer = await patch({
      ...body,
      ...('content' in body ? {} : { content: { hashtag_string: '#x' } }),
    })
    const problem = await answer.json()
    expect([answer.status, problem.code]).toEqual([422, 'settings_refused'])
    expect(problem.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual([pointer])
    expect(await versionOf()).toBe(before)
  })

  it.each(['[]', '"text"', 'null', '{', '', '5'])('answers 400 when the body is %j', async (body) => {
    const { patch } = await start()
    expect((await patch(body)).status).toBe(400)
  })

  it('refuses a key __proto__', async () => {
    const { patch } = await start()
    expect((await patch('{"__proto__": {"appearance": {"title": "x"}}}')).status).toBe(422)
  })

  it('lets photographers change prompts only after the operator unlocked them', async () => {
    const { patch, database } = await start()
    const body = { ai: { system_prompt: 'You write haiku.' } }
    const refused = await patch(body)
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({
      errors: [{ pointer: '/ai/system_prompt', detail: expect.stringContaining('operator') }],
    })
    await unlock(database, 'alice', 'ai.role_prompt,appearance')
    expect((await patch(body)).status).toBe(200)
    expect((await patch({ ai: { role_prompt: 'x' } })).status).toBe(422)
    expect((await patch({ appearance: { title: 'x' } })).status).toBe(422)
  })

  it('lets photographers choose folders only in a storage that they connected', async () => {
    const { patch, database, sent } = await start()
    const body = { storage: { paths: { root: '/bob' } } }
    expect((await patch(body)).status).toBe(422)
    await connectStorage(database, 'alice')
    expect((await patch({ storage: { paths: { root: '/a/../b' } } })).status).toBe(422)
    expect((await patch(body)).status).toBe(200)
    expect((await sent()).config.storage.paths.root).toBe('/bob')
  })

  it('refuses settings that the publisher does not read in version 1 of the schema', async () => {
    const { patch } = await start()
    expect((await patch({ appearance: { title: 'Emil' } }, 'emil')).status).toBe(422)
    expect((await patch({ features: { auto_view_enabled: true } }, 'emil')).status).toBe(200)
  })

  it('keeps a watermark that an operator wrote as text, when a photographer changes its opacity', async () => {
    const { patch, database } = await start()
    const row = await database.read
      .selectFrom('tenant')
      .innerJoin('config_version', 'config_version.id', 'tenant.config')
      .select(['config_version.id', 'config_version.written'])
      .where('tenant.name', '=', 'alice')
      .executeTakeFirstOrThrow()
    const written = JSON.stringify({ ...JSON.parse(row.written), content: { watermark: '© Alice' } })
    await database.change((tx) =>
      tx.updateTable('config_version').set({ written }).where('id', '=', row.id).execute(),
    )
    const answer = await patch({ content: { watermark: { opacity: 0.3 } } })
    expect((await answer.json()).settings.content.watermark).toMatchObject({ text: '© Alice', opacity: 0.3 })
  })

  it('answers 404 to calls of unknown and suspended tenants, and 400 without a tenant or a person', async () => {
    const { call } = await start()
    expect((await call('/settings', { tenant: 'nobody' })).status).toBe(404)
    expect((await call('/settings', { tenant: 'carol' })).status).toBe(404)
    expect((await call('/settings', { tenant: 'shop' })).status).toBe(404)
    expect((await call('/settings', { tenant: '' })).status).toBe(400)
    for (const actor of ['', 'Ann', 'ann@', 'ann@a b', 'ann@example.org,bob@example.org', 'ánn@example.org'])
      expect([actor, (await call('/settings', { actor })).status]).toEqual([actor, 400])
  })

  it('answers 405 with the allowed methods, and 413 for a body above 64 KiB', async () => {
    const { call, patch } = await start()
    const answer = await call('/settings', { method: 'PUT', body: {} })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, PATCH'])
    expect((await patch({ content: { hashtag_string: 'x'.repeat(70_000) } })).status).toBe(413)
  })
})
