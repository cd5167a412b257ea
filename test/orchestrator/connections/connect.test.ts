import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import {
  beginConnection,
  disconnect,
  foldersOf,
  listConnections,
} from '../../../orchestrator/connections/connect.ts'
import {
  type Connected,
  type ConnectionProvider,
  connectionUses,
  type Vendor,
  VendorRefused,
} from '../../../orchestrator/connections/vendor.ts'
import {
  configOf,
  connectionServices,
  createGalleries,
  personOfTest,
  scriptedVendor,
  secretsOf,
} from '../../support/fixtures/connections.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

/** Creates a vendor whose values are pasted. */
function pastedVendor(
  provider: ConnectionProvider,
  name: string,
  accept: (value: string) => Partial<Connected>,
): Vendor {
  const values = z.object({
    [name]: z.string().min(3).meta({ description: 'A secret.' }),
    channel: z.string().optional(),
  })
  return {
    provider,
    use: connectionUses[provider],
    checkEveryMs: 1000,
    pasted: {
      values,
      completes: provider === 'telegram' ? [name] : [],
      async accept(given) {
        const value = String(values.parse(given)[name])
        if (value === 'bad') throw new VendorRefused('invalid', 'No such token.', '401')
        const credentials = { provider, [name]: value }
        return {
          credentials,
          account: value,
          accountId: value,
          expiresAt: null,
          settings: {},
          ...accept(value),
        }
      },
    },
    check: async () => ({}),
  }
}

describe.each(databaseKinds)('connections on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start(config?: unknown, variables: Record<string, string> = {}) {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    await createGalleries(database, ['alice', 'bob'], config)
    const found: { channel?: number; hint?: string } = {}
    const telegram = pastedVendor('telegram', 'bot_token', () => ({
      ...(found.channel !== undefined && { found: { channel_id: found.channel } }),
      ...(found.hint !== undefined && { hint: found.hint }),
    }))
    const openai = pastedVendor('openai', 'api_key', () => ({}))
    const smtp = pastedVendor('smtp', 'password', () => ({
      settings: {
        host: 'smtp.example.org',
        port: 587,
        from_email: 'a@example.org',
        recipient: 'up@fetlife.example',
      },
    }))
    const [dropbox, gdrive] = [scriptedVendor('dropbox'), scriptedVendor('gdrive')]
    const vendors = [telegram, openai, smtp, dropbox, gdrive]
    const { services } = connectionServices(database, { vendors, variables })
    const connect = (provider: ConnectionProvider, values: unknown, tenant = 'alice') =>
      beginConnection(services, { tenant, provider, actor: personOfTest, values, language: 'en' })
    return {
      ...{ database, services, connect, found, dropbox, gdrive },
      views: async (tenant = 'alice') =>
        new Map((await listConnections(services, tenant)).map((view) => [view.provider, view])),
      forget: (provider: ConnectionProvider) =>
        disconnect(services, { tenant: 'alice', provider, actor: personOfTest }),
      config: () => configOf(database, 'alice'),
    }
  }

  it('lists what is offered, with the ways and fields, and without anything of another tenant', async () => {
    const { views, connect } = await start()
    await connect('telegram', { bot_token: 'canary-token' }, 'bob')
    const shown = await views()
    expect([...shown.keys()]).toEqual(['dropbox', 'gdrive', 'telegram', 'smtp', 'openai'])
    expect(shown.get('dropbox')).toMatchObject({
      state: 'not_connected',
      use: 'storage',
      ways: ['oauth'],
      used_for: [],
    })
    expect(shown.get('telegram')).toMatchObject({
      state: 'not_connected',
      ways: ['pasted'],
      fields: [
        { name: 'bot_token', way: 'pasted', description: 'A secret.', required: true, secret: true },
        { name: 'channel', way: 'pasted', description: '', required: false, secret: false },
      ],
    })
    expect((await views('bob')).get('telegram')).toMatchObject({ state: 'ok', account: 'canary-token' })
  })

  it('offers no vendor page without an own public address', async () => {
    const { views, connect } = await start(undefined, { ORCHESTRATOR_PUBLIC_URL: '' })
    expect((await views()).get('dropbox')).toMatchObject({ ways: [] })
    await expect(connect('dropbox', {})).rejects.toMatchObject({ reason: 'invalid' })
  })

  it('keeps nothing that the vendor refuses', async () => {
    const { database, connect } = await start()
    await expect(connect('telegram', { bot_token: 'bad' })).rejects.toMatchObject({
      reason: 'invalid',
      code: '401',
    })
    await expect(connect('telegram', {})).rejects.toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining('bot_token'),
    })
    await expect(connect('telegram', 'text')).rejects.toMatchObject({ reason: 'invalid' })
    await expect(connect('mastodon', {})).rejects.toMatchObject({ name: 'Refused' })
    await expect(connect('telegram', { bot_token: 'good' }, 'nobody')).rejects.toMatchObject({
      name: 'NotFound',
    })
    expect(await database.read.selectFrom('credential').selectAll().execute()).toEqual([])
    expect(await database.read.selectFrom('connection').selectAll().execute()).toEqual([])
  })

  it('stops a tenant that guesses passwords through this server', async () => {
    const { connect } = await start()
    const guesses = Array.from({ length: 25 }, () =>
      connect('telegram', { bot_token: 'bad' }).catch((error: VendorRefused) => error.reason),
    )
    const answers = await Promise.all(guesses)
    expect(answers.filter((reason) => reason === 'invalid')).toHaveLength(20)
    expect(answers.filter((reason) => reason === 'rate_limited')).toHaveLength(5)
    await expect(connect('openai', { api_key: 'sk-1' })).rejects.toMatchObject({ reason: 'rate_limited' })
    await expect(connect('openai', { api_key: 'sk-1' }, 'bob')).resolves.toHaveProperty('connection')
  })

  it('adds a channel that is off until its channel is found, and turns publishing on then', async () => {
    const { connect, found, config } = await start()
    found.hint = 'Add the bot to your channel.'
    expect(await connect('telegram', { bot_token: '123:token' })).toMatchObject({
      connection: {
        state: 'ok',
        account: '123:token',
        hint: 'Add the bot to your channel.',
        used_for: ['channel'],
      },
    })
    expect(await config()).toMatchObject({
      publishers: [{ type: 'telegram', enabled: false, credentials_ref: 'telegram' }],
    })
    expect((await config()).features?.publish_enabled).toBeUndefined()
    Object.assign(found, { channel: -100123, hint: undefined })
    expect(await connect('telegram', {})).toMatchObject({ connection: { hint: null } })
    expect(await config()).toMatchObject({
      publishers: [{ type: 'telegram', enabled: true, config: { channel_id: -100123 } }],
      features: { publish_enabled: true },
      appearance: { title: 'Ropes' },
    })
  })

  it('keeps the channel of the configuration when the vendor finds another', async () => {
    const { connect, found, config } = await start({
      storage: { provider: 'local', paths: { root: '/x' } },
      publishers: { telegram: { credentials_ref: 'old', channel_id: '@alice' } },
      features: { publish_enabled: false },
    })
    found.channel = -100123
    await connect('telegram', { bot_token: '123:token' })
    expect(await config()).toMatchObject({
      publishers: [{ type: 'telegram', credentials_ref: 'old', config: { channel_id: '@alice' } }],
      features: { publish_enabled: false },
    })
  })

  it('connects AI and mail, with their features and the FetLife channel', async () => {
    const { connect, config, forget } = await start()
    await connect('openai', { api_key: 'sk-canary' })
    await connect('smtp', { password: 'canary' })
    expect(await config()).toMatchObject({
      ai: { credentials_ref: 'openai' },
      email_server: { host: 'smtp.example.org', from_email: 'a@example.org', password_ref: 'smtp' },
      publishers: [{ type: 'fetlife', enabled: true, config: { recipient: 'up@fetlife.example' } }],
      features: { analyze_caption_enabled: true, publish_enabled: true },
    })
    await forget('openai')
    await forget('smtp')
    const after = await config()
    expect(after.ai?.credentials_ref).toBeUndefined()
    expect(after.publishers).toMatchObject([{ type: 'fetlife', enabled: false }])
    expect(after.features).toEqual({})
  })

  it('leaves a feature alone that an operator locked', async () => {
    const { connect, config, database } = await start()
    const locked = 'features.analyze_caption_enabled'
    await database.change((tx) =>
      tx.updateTable('tenant').set({ locked }).where('name', '=', 'alice').execute(),
    )
    await connect('openai', { api_key: 'sk-canary' })
    expect((await config()).features?.analyze_caption_enabled).toBeUndefined()
  })

  it('keeps the photos of a connected storage when another storage is connected', async () => {
    const { connect, services, config, dropbox, gdrive, views, forget } = await start()
    const { applyConnection } = await import('../../../orchestrator/connections/apply.ts')
    for (const vendor of [dropbox, gdrive]) {
      const connected = await vendor.oauth?.finish(new URLSearchParams(), { verifier: 'canary-verifier' }, '')
      if (!connected) throw new Error('not connected')
      const account = {
        tenant: 'alice',
        provider: vendor.provider,
        actor: personOfTest,
        replaces: false,
        checkEveryMs: 1,
      }
      await applyConnection({ ...services, now: Date.now() }, { ...account, connected })
    }
    expect(await config()).toMatchObject({ storage: { provider: 'dropbox', credentials_ref: 'storage' } })
    expect((await views()).get('gdrive')).toMatchObject({
      state: 'ok',
      used_for: [],
      hint: expect.stringContaining('Disconnect that storage'),
    })
    await forget('dropbox')
    await expect(connect('gdrive', {})).resolves.toMatchObject({ url: expect.any(String) })
  })

  it('revokes at the vendor, forgets, and says so when the vendor does not confirm', async () => {
    const { forget, views, dropbox, services, database, connect } = await start()
    const { applyConnection } = await import('../../../orchestrator/connections/apply.ts')
    const add = async () => {
      const connected = await dropbox.oauth?.finish(
        new URLSearchParams(),
        { verifier: 'canary-verifier' },
        '',
      )
      if (!connected) throw new Error('not connected')
      const account = {
        tenant: 'alice',
        provider: 'dropbox',
        actor: personOfTest,
        replaces: false,
        checkEveryMs: 1,
      } as const
      await applyConnection({ ...services, now: Date.now() }, { ...account, connected })
    }
    await add()
    expect(await forget('dropbox')).toEqual({ warning: null })
    expect(dropbox.revoked).toMatchObject([{ refresh_token: 'canary-token-of-ann' }])
    expect(await secretsOf(database, 'alice', 'storage')).toBeUndefined()
    expect((await views()).get('dropbox')).toMatchObject({ state: 'not_connected', account: null })
    await add()
    dropbox.refusal = new VendorRefused('unavailable', 'Dropbox has a problem.')
    expect(await forget('dropbox')).toEqual({ warning: 'Dropbox has a problem.' })
    expect((await views()).get('dropbox')).toMatchObject({ state: 'not_connected' })
    await expect(forget('dropbox')).rejects.toMatchObject({ name: 'Refused' })
    await expect(forget('telegram')).rejects.toMatchObject({ name: 'Refused' })
    const audit = await database.read
      .selectFrom('audit')
      .select(['action', 'actor', 'outcome', 'detail'])
      .where('action', 'like', 'connection.%')
      .orderBy('seq')
      .execute()
    expect(audit.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      ...['connection.connect connected', 'connection.disconnect revoked'],
      ...['connection.connect connected', 'connection.disconnect not revoked'],
    ])
    expect(JSON.stringify(audit)).not.toContain('canary')
    expect(audit.every(({ actor }) => actor === personOfTest.name)).toBe(true)
    await expect(connect('dropbox', {})).resolves.toMatchObject({ url: expect.any(String) })
  })

  it('lists folders of the connected storage only', async () => {
    const { services, dropbox } = await start()
    const ask = (path: string) => foldersOf(services, { tenant: 'alice', path })
    await expect(ask('')).rejects.toMatchObject({ name: 'Refused' })
    const { applyConnection } = await import('../../../orchestrator/connections/apply.ts')
    const connected = await dropbox.oauth?.finish(new URLSearchParams(), { verifier: 'canary-verifier' }, '')
    if (!connected) throw new Error('not connected')
    const account = {
      tenant: 'alice',
      provider: 'dropbox',
      actor: personOfTest,
      replaces: false,
      checkEveryMs: 1,
    } as const
    await applyConnection({ ...services, now: Date.now() }, { ...account, connected })
    dropbox.folders = async (credentials, path) => [
      { name: String(credentials.refresh_token), path: `${path}/a` },
    ]
    expect(await ask('/x')).toEqual([{ name: 'canary-token-of-ann', path: '/x/a' }])
    await expect(ask('x'.repeat(1001))).rejects.toMatchObject({ reason: 'invalid' })
    await expect(ask('\0')).rejects.toMatchObject({ reason: 'invalid' })
  })
})
