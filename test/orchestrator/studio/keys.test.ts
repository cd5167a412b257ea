import { createHash } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { history, rollback } from '../../../orchestrator/registry/sql/history.ts'
import { parseRuntimeAnswer } from '../../../src/contract/runtime-answer.ts'
import { databaseKinds } from '../../support/fixtures/databases.ts'
import { referencesOn } from '../../support/fixtures/reference-planes.ts'
import { actorOfTest, studioOver } from '../../support/fixtures/studio-calls.ts'

const actor = { name: 'suite', requestId: 'r' }
const newKey = { name: 'Lightroom', scopes: ['upload', 'read', 'upload'] }

describe.each(databaseKinds)('the API keys and webhooks of the studio on %s', (kind) => {
  const { filledDatabase, close } = referencesOn(kind)
  afterAll(close)

  async function start(variables: Record<string, string> = {}) {
    const database = await (await filledDatabase()).opened()
    const studio = studioOver(database, variables)
    const post = (path: string, body: unknown, tenant = 'alice') =>
      studio.call(path, { method: 'POST', body, tenant })
    const remove = (path: string, tenant = 'alice') => studio.call(path, { method: 'DELETE', tenant })
    return { ...studio, database, post, remove }
  }

  it('shows a key once, and sends its digest to the fleet in a new version', async () => {
    const { call, post, sent, byHost, database } = await start()
    await database.change((tx) => tx.deleteFrom('invalidation').execute())
    const before = await sent()
    const answer = await post('/keys', newKey)
    const { key, ...created } = await answer.json()
    expect(answer.status).toBe(201)
    expect(key).toMatch(/^pk_alice_[\w-]{43}$/)
    expect(created).toMatchObject({ name: 'Lightroom', scopes: ['upload', 'read'], created_by: actorOfTest })
    expect(await (await call('/keys')).json()).toEqual({ keys: [created] })
    const after = await sent()
    const sha256 = createHash('sha256').update(key).digest('hex')
    expect(after.config.auth.api_keys).toEqual([{ id: created.id, sha256, scopes: ['upload', 'read'] }])
    expect(after.config_version).not.toBe(before.config_version)
    const tag = { 'if-none-match': `"${before.config_version}"` }
    expect((await byHost('alice.shibari.test', tag)).status).toBe(200)
    const read = parseRuntimeAnswer(after)
    expect(read).toMatchObject({ faults: [], config: { auth: { api_keys: [{ sha256 }] } } })
    const hosts = await database.read.selectFrom('invalidation').select('host').execute()
    expect(hosts).toEqual([{ host: 'alice.shibari.test' }])
    const stored = JSON.stringify(await database.read.selectFrom('api_key').selectAll().execute())
    const lines = JSON.stringify(await database.read.selectFrom('audit').selectAll().execute())
    for (const text of [stored, lines, JSON.stringify(after)]) expect(text).not.toContain(key)
    expect(lines).toContain('key.create')
  })

  it('denies sign-in to the same people as before when a tenant without `auth` gets a key', async () => {
    const { post, sent } = await start()
    await post('/keys', newKey)
    expect(parseRuntimeAnswer(await sent())).toMatchObject({
      config: { auth: { enabled: true, allowed_emails: undefined } },
    })
  })

  it('takes a deleted key from the answer, also after a rollback', async () => {
    const { call, post, remove, sent, patch, database } = await start()
    const original = await sent()
    const { id } = await (await post('/keys', newKey)).json()
    await patch({ appearance: { title: 'A' } })
    const withKey = await sent()
    expect((await remove(`/keys/${id}`)).status).toBe(204)
    expect((await remove(`/keys/${id}`)).status).toBe(404)
    expect((await sent()).config.auth).toBeUndefined()
    await patch({ appearance: { title: 'B' } })
    await rollback(database, { tenant: 'alice', version: withKey.config_version }, actor)
    const [newest] = await history(database, 'alice')
    expect(newest?.note).toBe('rollback')
    expect(await (await call('/keys')).json()).toEqual({ keys: [] })
    await patch({ appearance: null })
    const restored = await sent()
    expect(restored.config.auth).toBeUndefined()
    expect(original.config.auth).toBeUndefined()
  })

  it.each([
    {},
    { name: 'x' },
    { name: '', scopes: ['read'] },
    { name: 'x'.repeat(61), scopes: ['read'] },
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['admin'] },
    { name: 'x', scopes: 'read' },
    { name: 'x', scopes: ['read'], expires_at: 'tomorrow' },
    { name: 'x', scopes: ['read'], expires_at: '2020-01-01T00:00:00Z' },
  ])('refuses the key %j', async (body) => {
    const { call, post } = await start()
    expect((await post('/keys', body)).status).toBe(400)
    expect(await (await call('/keys')).json()).toEqual({ keys: [] })
  })

  it('sends the end of a key in UTC', async () => {
    const { post, sent } = await start()
    const body = { ...newKey, expires_at: '2036-01-01T02:00:00+02:00' }
    expect(await (await post('/keys', body)).json()).toMatchObject({ expires_at: '2036-01-01T00:00:00.000Z' })
    expect((await sent()).config.auth.api_keys[0].expires_at).toBe('2036-01-01T00:00:00.000Z')
  })

  it('refuses the 21st key', async () => {
    const { post } = await start()
    const answers = await Promise.all(Array.from({ length: 24 }, () => post('/keys', newKey)))
    const statuses = Map.groupBy(answers, ({ status }) => status)
    expect([statuses.get(201)?.length, statuses.get(409)?.length]).toEqual([20, 4])
  })

  it('hides keys and webhooks from another tenant, and keeps them', async () => {
    const { call, post, remove, sent } = await start()
    const { id } = await (await post('/keys', newKey)).json()
    const hook = await (await post('/webhooks', { url: 'https://hooks.example/a' })).json()
    for (const path of ['/keys', '/webhooks'])
      expect(Object.values(await (await call(path, { tenant: 'bob' })).json())).toEqual([[]])
    expect((await remove(`/keys/${id}`, 'bob')).status).toBe(404)
    expect((await remove(`/webhooks/${hook.id}`, 'bob')).status).toBe(404)
    expect((await sent()).config.auth.api_keys).toHaveLength(1)
    expect((await sent('bob.shibari.test')).config.auth).toBeUndefined()
    expect((await (await call('/webhooks')).json()).webhooks).toHaveLength(1)
  })

  it('shows the secret of a webhook once, and refuses the sixth', async () => {
    const { call, post, remove } = await start()
    const body = { url: 'https://hooks.example/a?token=1', types: ['post.published', 'post.failed'] }
    const answer = await post('/webhooks', body)
    const { secret, ...created } = await answer.json()
    expect([answer.status, created]).toMatchObject([201, body])
    expect(secret).toMatch(/^whsec_/)
    const listed = await (await call('/webhooks')).text()
    expect(listed).not.toContain(secret)
    expect(JSON.parse(listed).webhooks).toMatchObject([{ ...body, id: created.id, disabled_at: null }])
    const more = await Promise.all(Array.from({ length: 6 }, () => post('/webhooks', body)))
    const statuses = Map.groupBy(more, ({ status }) => status)
    expect([statuses.get(201)?.length, statuses.get(409)?.length]).toEqual([4, 2])
    expect((await remove(`/webhooks/${created.id}`)).status).toBe(204)
    expect((await post('/webhooks', body)).status).toBe(201)
  })

  it.each([
    ['http://hooks.example/a', 422],
    ['https://127.0.0.1/a', 422],
    ['https://ann:secret@hooks.example/a', 422],
    ['https://169.254.169.254/latest/meta-data', 422],
    ['', 400],
    [5, 400],
  ])('refuses a webhook at %j with %i', async (url, status) => {
    const { post } = await start()
    expect((await post('/webhooks', { url })).status).toBe(status)
  })
})
