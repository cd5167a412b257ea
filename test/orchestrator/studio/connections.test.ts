import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTelegramEmulator } from '../../../dev/emulators/telegram.ts'
import { databaseKinds } from '../../support/fixtures/databases.ts'
import { referencesOn } from '../../support/fixtures/reference-planes.ts'
import { studioOver } from '../../support/fixtures/studio-calls.ts'

describe.each(databaseKinds)('the connections of the studio on %s', (kind) => {
  const { filledDatabase, close } = referencesOn(kind)
  afterAll(close)

  async function start(variables: Record<string, string> = {}) {
    const database = await (await filledDatabase()).opened()
    const studio = studioOver(database, { ALLOW_PRIVATE_ENDPOINTS: 'true', ...variables })
    const connect = (provider: string, body: unknown = {}) =>
      studio.call(`/connections/${provider}`, { method: 'POST', body })
    return { ...studio, database, connect }
  }

  it('lists providers with their state, and never a secret', async () => {
    const { call } = await start()
    const text = await (await call('/connections')).text()
    const { connections } = JSON.parse(text)
    expect(connections.length).toBeGreaterThan(3)
    for (const connection of connections) expect(connection).toHaveProperty('state')
    expect(text).not.toContain('canary')
  })

  it('keeps a token that the vendor accepts, refuses another in words, and tells the fleet', async () => {
    const bot_token = '123456:AAGoodTokenOfABotWithEnoughLetters12'
    const telegram = await startTelegramEmulator({ bots: [{ token: bot_token, chats: [] }] })
    onTestFinished(() => telegram.close())
    const { connect, resolve, sent } = await start({ TELEGRAM_API_BASE_URL: telegram.url })
    const refused = await connect('telegram', { bot_token: 'not a token of any bot' })
    const problem = await refused.json()
    expect([refused.status, problem]).toMatchObject([422, { code: 'connection_refused', reason: 'invalid' }])
    expect(JSON.stringify(problem)).not.toContain('not a token of any bot')
    const kept = await connect('telegram', { bot_token })
    const answer = await kept.text()
    expect([kept.status, JSON.parse(answer)]).toMatchObject([200, { connection: { provider: 'telegram' } }])
    expect(answer).not.toContain(bot_token)
    const { config } = await sent()
    const entry = config.publishers.find((each: { type: string }) => each.type === 'telegram')
    expect(await (await resolve('alice', entry.credentials_ref)).json()).toMatchObject({ bot_token })
  })

  it('begins at an address of the orchestrator, which binds the browser', async () => {
    const { connect } = await start({
      ORCHESTRATOR_PUBLIC_URL: 'https://orchestrator.test',
      DROPBOX_APP_KEY: 'key',
      DROPBOX_APP_SECRET: 'secret',
    })
    const { url } = await (await connect('dropbox')).json()
    expect(url).toMatch(/^https:\/\/orchestrator\.test\/connect\/dropbox\/start\?attempt=[\w-]{20,}$/)
    const foreign = await connect('dropbox', { return_to: 'https://evil.example/settings' })
    expect([foreign.status, (await foreign.json()).code]).toEqual([422, 'connection_refused'])
  })

  it('begins without a body, and shows the fields of servers that people name', async () => {
    const { call } = await start({
      ORCHESTRATOR_PUBLIC_URL: 'https://orchestrator.test',
      DROPBOX_APP_KEY: 'key',
      DROPBOX_APP_SECRET: 'secret',
    })
    const begun = await call('/connections/dropbox', { method: 'POST' })
    expect([begun.status, await begun.json()]).toMatchObject([200, { url: expect.any(String) }])
    const { connections } = await (await call('/connections')).json()
    const mastodon = connections.find(({ provider }: { provider: string }) => provider === 'mastodon')
    expect(mastodon.fields).toMatchObject([{ name: 'instance', way: 'oauth', required: true }])
  })

  it.each(['unknown', '..', 'constructor', 'DROPBOX'])(
    'answers 404 for the provider %s',
    async (provider) => {
      const { call, connect } = await start()
      expect((await connect(encodeURIComponent(provider))).status).toBe(404)
      expect((await call(`/connections/${provider}`, { method: 'DELETE' })).status).toBe(404)
    },
  )

  it.each(['[]', 'null', '{', '5'])('answers 400 when the body is %s', async (body) => {
    const { connect } = await start()
    expect((await connect('telegram', body)).status).toBe(400)
  })

  it('shows no folders of a storage that the operator connected', async () => {
    const { call } = await start()
    const answer = await call('/folders?path=/')
    expect([answer.status, (await answer.json()).code]).toEqual([422, 'connection_refused'])
    expect((await call(`/folders?path=${'x'.repeat(1001)}`)).status).toBe(400)
  })
})
