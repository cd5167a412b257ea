import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fault } from '../../../dev/emulators/dropbox/faults.ts'
import { startOpenAiEmulator } from '../../../dev/emulators/openai.ts'
import type { TelegramChat } from '../../../dev/emulators/telegram/chats.ts'
import { onMethod, refusing } from '../../../dev/emulators/telegram/faults.ts'
import { startTelegramEmulator } from '../../../dev/emulators/telegram.ts'
import type { Vendor } from '../../../orchestrator/connections/vendor.ts'
import { createOpenAiVendor } from '../../../orchestrator/connections/vendors/openai.ts'
import { createSmtpVendor } from '../../../orchestrator/connections/vendors/smtp.ts'
import { createTelegramVendor } from '../../../orchestrator/connections/vendors/telegram.ts'
import { credentialsSchema } from '../../../src/contract/credentials.ts'
import { describeVendor, noisyWords, refusal } from '../../support/contracts/vendor.ts'
import { startMailServer } from '../../support/fakes/smtp-servers.ts'

const tools = { fetch, guardedFetch: fetch, allowPrivate: true, now: Date.now }
const token = '123456789:canary-canary-canary-canary-1234567'
const never = new Promise<void>(() => {})

function troublesOf(interfere: (rule: () => Fault | undefined) => () => void, noisy: Fault) {
  return {
    held: () => interfere(() => ({ kind: 'hold', until: never })),
    error: () => interfere(() => ({ kind: 'answer', status: 500, body: 'canary' })),
    reset: () => interfere(() => ({ kind: 'reset' })),
    noisy: () => interfere(() => noisy),
  }
}

describeVendor('Telegram', { way: 'pasted' }, async () => {
  const emulator = await startTelegramEmulator({ bots: [{ token, chats: [{ id: -1001, title: 'Ropes' }] }] })
  return {
    vendor: createTelegramVendor({ TELEGRAM_API_BASE_URL: emulator.url }, tools),
    account: '@emulated_bot',
    pasted: { good: { bot_token: token }, bad: { bot_token: token.replace('123456789', '987654321') } },
    revokeAtVendor: () => emulator.revoke(token),
    troubles: troublesOf(
      emulator.interfere,
      await refusing(400, `Bad Request: ${noisyWords.replace('canary-secret', token)}`),
    ),
    close: emulator.close,
  }
})

describeVendor('OpenAI', { way: 'pasted' }, async () => {
  const key = 'sk-canary-canary'
  const emulator = await startOpenAiEmulator({ keys: [key] })
  return {
    vendor: createOpenAiVendor({ OPENAI_BASE_URL: emulator.url }, tools),
    account: '127.0.0.1',
    pasted: { good: { api_key: key }, bad: { api_key: 'sk-canary-wrong' } },
    revokeAtVendor: () => emulator.revoke(key),
    troubles: troublesOf(
      (rule) => {
        emulator.spoilModels(rule())
        return () => emulator.spoilModels(undefined)
      },
      {
        kind: 'answer',
        status: 400,
        body: JSON.stringify({ error: { message: noisyWords.replace('canary-secret', key), code: null } }),
      },
    ),
    close: emulator.close,
  }
})

describe('a bot of Telegram', () => {
  async function start(chats: readonly TelegramChat[]) {
    const emulator = await startTelegramEmulator({ bots: [{ token, chats }] })
    onTestFinished(() => emulator.close())
    const vendor = createTelegramVendor({ TELEGRAM_API_BASE_URL: `${emulator.url}/` }, tools)
    return { emulator, connect: (values: object) => accept(vendor, { bot_token: token, ...values }) }
  }

  it('finds its newest channel in which it may post, and consumes no update', async () => {
    const { emulator, connect } = await start([
      { id: -1001, title: 'Old' },
      { id: -1002, title: 'Mute', allowsPosts: false },
      { id: -1003, title: 'Group', type: 'supergroup' },
    ])
    const connected = await connect({})
    expect(connected).toMatchObject({
      account: '@emulated_bot',
      accountId: '123456789',
      found: { channel_id: -1001 },
    })
    expect(connected.settings).toEqual({})
    expect(connected.hint).toBeUndefined()
    expect(credentialsSchema.safeParse(connected.credentials).success).toBe(true)
    expect(new Set(emulator.calls.map(({ method }) => method))).toEqual(
      new Set(['getme', 'getupdates', 'getchatmember']),
    )
  })

  it('says how to add the bot when there is no channel yet', async () => {
    const { connect } = await start([])
    const { found, hint } = await connect({})
    expect(found).toBeUndefined()
    expect(hint).toContain(
      'https://t.me/emulated_bot?startchannel&admin=post_messages+edit_messages+delete_messages',
    )
  })

  it('says which right is missing', async () => {
    const { connect } = await start([{ id: -1002, title: 'Mute', allowsPosts: false }])
    const { found, hint } = await connect({})
    expect(found).toEqual({ channel_id: -1002 })
    expect(hint).toContain('may not post to "Mute"')
  })

  it.each(['@Ropes_1', 'ropes_1', 'https://t.me/ropes_1', 't.me/ropes_1', ' @ropes_1 '])(
    'takes the channel that the person names as %j',
    async (channel) => {
      const { connect } = await start([{ id: -1001, title: 'Ropes', username: 'ropes_1' }])
      expect(await connect({ channel })).toMatchObject({ settings: { channel_id: -1001 } })
    },
  )

  it('refuses a channel that the bot does not see', async () => {
    const { connect } = await start([])
    const refused = await refusal(connect({ channel: '@nowhere' }))
    expect(refused).toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining('does not see @nowhere'),
    })
  })

  it("keeps another program's webhook, and asks for the channel's name instead", async () => {
    const { emulator, connect } = await start([{ id: -1001, title: 'Ropes' }])
    const conflict = "Conflict: can't use getUpdates method while webhook is active"
    emulator.interfere(onMethod('getupdates', await refusing(409, conflict)))
    expect((await connect({})).hint).toContain('Another program uses this bot')
    expect(emulator.calls.map(({ method }) => method)).toEqual(['getme', 'getupdates'])
  })

  it('keeps a token although the server cannot list updates', async () => {
    const { emulator, connect } = await start([{ id: -1001, title: 'Ropes' }])
    emulator.interfere(onMethod('getupdates', await refusing(404, 'Not Found: method not found')))
    expect(await connect({})).toMatchObject({
      accountId: '123456789',
      settings: {},
      hint: expect.stringContaining('does not list'),
    })
  })

  it('lets Telegram decide about a short token, and names a bot without a name by its number', async () => {
    const called: string[] = []
    const answering = async (url: unknown) => {
      called.push(new URL(String(url)).pathname)
      const isFirst = called.length === 1
      return Response.json({ ok: true, result: isFirst ? { id: 123, is_bot: true } : [] })
    }
    const vendor = createTelegramVendor({}, { ...tools, fetch: answering })
    expect((await accept(vendor, { bot_token: '123:short' })).account).toBe('@123')
    expect(called).toEqual(['/bot123:short/getMe', '/bot123:short/getUpdates'])
  })

  it.each([
    '',
    '../getMe',
    '123:a?b',
    '123456789:canary canary canary canary',
    `123456789:${'x'.repeat(500)}`,
  ])('refuses the token %j before any request', async (bot_token) => {
    const vendor = createTelegramVendor({}, { ...tools, fetch: () => Promise.reject(new Error('called')) })
    expect(vendor.pasted?.values.safeParse({ bot_token }).success).toBe(false)
  })
})

describe('a server that speaks like OpenAI', () => {
  it('keeps a short key with a hint when the server has no list of models', async () => {
    const vendor = createOpenAiVendor(
      { OPENAI_BASE_URL: 'https://ai.example.org/v1/' },
      { ...tools, fetch: async () => new Response('not here', { status: 404 }) },
    )
    const { credentials, hint } = await accept(vendor, { api_key: 'key' })
    expect(credentials).toEqual({ provider: 'openai', api_key: 'key' })
    expect(hint).toContain('could not be tried')
  })
})

describe('a mail server', () => {
  const values = (port: number, more: object = {}) => ({
    ...{ host: '127.0.0.1', port: String(port), use_tls: false, username: 'user' },
    ...{ password: 'right-canary', from_email: 'alice@example.org', ...more },
  })

  it('becomes credentials that the publisher knows, and settings of the configuration', async () => {
    const server = await startMailServer()
    onTestFinished(() => server.close())
    const vendor = createSmtpVendor(tools)
    const connected = await accept(vendor, values(server.port, { recipient: 'up@fetlife.example' }))
    expect(credentialsSchema.safeParse(connected.credentials).success).toBe(true)
    expect(connected).toMatchObject({
      account: 'alice@example.org',
      settings: {
        host: '127.0.0.1',
        port: server.port,
        from_email: 'alice@example.org',
        recipient: 'up@fetlife.example',
      },
    })
    expect(JSON.stringify(connected.settings)).not.toContain('canary')
    await vendor.check(connected.credentials, null)
  })

  it.each([
    '127.0.0.1',
    'localhost',
    '169.254.169.254',
    '[::1]',
    '10.0.0.1',
    'metadata.internal',
    '2130706433',
  ])('refuses the host %s, which is not on the public internet', async (host) => {
    const vendor = createSmtpVendor({ ...tools, allowPrivate: false })
    const refused = await refusal(accept(vendor, values(25, { host, use_tls: true })))
    expect(refused.reason).toBe('bad_address')
  })

  it('refuses to send a password without encryption', async () => {
    const vendor = createSmtpVendor({ ...tools, allowPrivate: false })
    expect((await refusal(accept(vendor, values(25, { host: 'smtp.example.org' })))).reason).toBe(
      'bad_address',
    )
  })

  it('refuses a server that does not answer as unavailable', async () => {
    const server = await startMailServer()
    await server.close()
    expect((await refusal(accept(createSmtpVendor(tools), values(server.port)))).reason).toBe('unavailable')
  })

  it('does not check imported passwords, whose server only the configuration knows', async () => {
    await expect(createSmtpVendor(tools).check({ provider: 'smtp', password: 'x' }, null)).resolves.toEqual(
      {},
    )
  })
})

function accept(vendor: Vendor, values: object) {
  if (!vendor.pasted) throw new Error('The vendor takes no values.')
  return vendor.pasted.accept(vendor.pasted.values.parse(values))
}
