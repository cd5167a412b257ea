/** Mastodon and its relatives as vendors of connections, against the emulator over HTTP. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fault } from '../../../dev/emulators/dropbox/faults.ts'
import {
  type MastodonFaultRule,
  onRoute,
  refusing,
  serverError,
} from '../../../dev/emulators/mastodon/faults.ts'
import type { FlavourName } from '../../../dev/emulators/mastodon/flavours.ts'
import { type MastodonEmulatorOptions, startMastodonEmulator } from '../../../dev/emulators/mastodon.ts'
import type { BeginInput, Connected } from '../../../orchestrator/connections/vendor.ts'
import { createMastodonVendor } from '../../../orchestrator/connections/vendors/mastodon.ts'
import { credentialsSchema } from '../../../src/contract/credentials.ts'
import { describeVendor, noisyWords, refusal } from '../../support/contracts/vendor.ts'
import { type Choice, visitConsent } from '../../support/fixtures/consent.ts'
import { startReceiver } from '../../support/fixtures/http-receiver.ts'
import { memoryApps } from '../../support/fixtures/vendor-app-store.ts'
import { vendorTools } from '../../support/fixtures/vendor-tools.ts'

const redirectUri = 'https://connect.example.org/connect/mastodon/callback'
const dayMs = 86_400_000

async function open(options: Partial<MastodonEmulatorOptions> = {}) {
  let time = Date.now()
  const server = await startMastodonEmulator({
    accounts: [
      { username: 'alice', token: 'canary-of-alice' },
      { username: 'bob', token: 'canary-of-bob' },
    ],
    tokenPrefix: 'canary-',
    now: () => time,
    ...options,
  })
  const apps = memoryApps()
  const vendor = createMastodonVendor({ ...vendorTools(), apps, now: () => time })
  if (!vendor?.oauth || !vendor.revoke) throw new Error('The vendor is not offered.')
  return {
    server,
    apps,
    vendor,
    flow: vendor.oauth,
    revoke: vendor.revoke,
    host: new URL(server.url).host,
    pass(ms: number) {
      time += ms
    },
    now: () => time,
  }
}

async function start(options: Partial<MastodonEmulatorOptions> = {}) {
  const opened = await open(options)
  onTestFinished(opened.server.close)
  return opened
}

const inputFor = (instance: string, more: Partial<BeginInput> = {}): BeginInput => ({
  state: 'state',
  redirectUri,
  values: { instance },
  language: 'en',
  again: false,
  ...more,
})

async function connect(
  { flow, server }: Awaited<ReturnType<typeof open>>,
  choice: Choice = {},
): Promise<Connected> {
  const { url, kept } = await flow.begin(inputFor(server.url))
  return flow.finish((await visitConsent(url, choice)).answer, kept, redirectUri)
}

/** Answers as a server that repeats the secret of the app. */
const noisyAnswer = (secret: string): Fault => ({
  kind: 'answer',
  status: 400,
  body: JSON.stringify({
    error: 'invalid_request',
    error_description: noisyWords.replaceAll('canary-secret', secret).replaceAll('canary-code', secret),
  }),
  headers: { 'content-type': 'application/json' },
})

const flavours: readonly FlavourName[] = ['mastodon', 'old', 'pixelfed', 'gotosocial', 'pleroma', 'akkoma']

for (const flavour of flavours) {
  describeVendor(flavour, { way: 'oauth' }, async () => {
    const opened = await open({ flavour })
    const { server, vendor, host, apps } = opened
    const inject = (fault: Fault) => () => server.interfere(() => fault)
    return {
      vendor,
      account: `@alice@${host}`,
      oauth: {
        values: { instance: server.url },
        redirectUri,
        allow: async (url) => (await visitConsent(url)).answer,
        deny: async (url) => (await visitConsent(url, { decision: 'deny' })).answer,
        expireCodes: server.expireCodes,
      },
      revokeAtVendor: ({ access_token }) => server.revoke(String(access_token)),
      troubles: {
        held: inject({ kind: 'hold', until: new Promise(() => undefined) }),
        error: inject(serverError()),
        reset: inject({ kind: 'reset' }),
        noisy: () => server.interfere(() => noisyAnswer(apps.kept[0]?.clientSecret ?? '')),
      },
      close: server.close,
    }
  })
}

describe('connecting Mastodon', () => {
  it.each<[FlavourName, string]>([
    ['mastodon', 'profile write:media write:statuses read:statuses'],
    ['old', 'read:accounts write:media write:statuses read:statuses'],
    ['pixelfed', 'read write'],
    ['gotosocial', 'read:accounts write:media write:statuses read:statuses'],
    ['pleroma', 'read:accounts write:media write:statuses read:statuses'],
  ])('asks %s for no more than it needs, with PKCE', async (flavour, scope) => {
    const { flow, server } = await start({ flavour })
    const { url, kept } = await flow.begin(inputFor(server.url, { language: 'de', again: true }))
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      response_type: 'code',
      client_id: expect.stringMatching(/^client-/),
      redirect_uri: redirectUri,
      scope,
      state: 'state',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      lang: 'de',
      force_login: 'true',
    })
    expect(url).not.toContain(String(kept.verifier))
    expect(url).not.toContain(String(kept.clientSecret))
  })

  it('returns credentials that the fleet accepts, and an account with the name of its server', async () => {
    const opened = await start()
    const { credentials, ...connected } = await connect(opened, {})
    expect(connected).toEqual({
      account: `@alice@${opened.host}`,
      accountId: expect.stringMatching(new RegExp(`^\\d+@${opened.host}$`)),
      expiresAt: null,
      settings: {},
    })
    expect(credentialsSchema.parse({ ...credentials, version: '1' })).toMatchObject({
      provider: 'mastodon',
      instance_url: opened.server.url,
    })
  })

  it('tells two accounts of a server apart', async () => {
    const opened = await start()
    const { url, kept } = await opened.flow.begin(inputFor(opened.server.url))
    const html = await (await fetch(url)).text()
    const [, bob = ''] = /value="(\d+)" required>@bob/.exec(html) ?? []
    const { answer } = await visitConsent(url, { account: bob })
    const other = await opened.flow.finish(answer, kept, redirectUri)
    expect(other.account).toBe(`@bob@${opened.host}`)
    expect(other.accountId).not.toBe((await connect(opened)).accountId)
  })

  it('registers a single app at a server for all accounts', async () => {
    const opened = await start()
    for (const _ of [1, 2, 3]) await connect(opened)
    expect(opened.apps.kept).toHaveLength(1)
  })

  it('registers another app for another redirect address', async () => {
    const { flow, server, apps } = await start()
    await flow.begin(inputFor(server.url))
    await flow.begin(inputFor(server.url, { redirectUri: 'https://other.example.org/callback' }))
    expect(apps.kept.map((key) => key.redirectUri)).toEqual([
      redirectUri,
      'https://other.example.org/callback',
    ])
  })

  it('registers the app again when the server has removed it', async () => {
    const opened = await start()
    await connect(opened)
    opened.server.forgetApps()
    expect((await connect(opened)).account).toBe(`@alice@${opened.host}`)
    expect(opened.apps.kept).toHaveLength(2)
  })

  it('asks to connect again when the server removes the app during the sign-in, and registers it for that', async () => {
    const opened = await start()
    const { flow, server, apps } = opened
    const { url, kept } = await flow.begin(inputFor(server.url))
    const { answer } = await visitConsent(url)
    server.forgetApps()
    const refused = await refusal(flow.finish(answer, kept, redirectUri))
    expect(refused).toMatchObject({ reason: 'invalid', code: 'invalid_client' })
    await connect(opened)
    expect(apps.kept).toHaveLength(2)
  })

  it('refuses a code that was issued for another verifier', async () => {
    const { flow, server } = await start()
    const { url, kept } = await flow.begin(inputFor(server.url))
    const { answer } = await visitConsent(url)
    const guessed = { ...kept, verifier: 'x'.repeat(43) }
    expect((await refusal(flow.finish(answer, guessed, redirectUri))).reason).toBe('invalid')
  })

  it('refuses the answer of another issuer', async () => {
    const { flow, server } = await start()
    const { url, kept } = await flow.begin(inputFor(server.url))
    const { answer } = await visitConsent(url)
    answer.set('iss', server.url)
    await flow.finish(answer, kept, redirectUri)
    const other = new URLSearchParams({ code: 'code', iss: 'https://other.example' })
    expect((await refusal(flow.finish(other, kept, redirectUri))).reason).toBe('invalid')
  })

  it('refuses a token with fewer permissions than it needs', async () => {
    const { flow, server } = await start()
    const { url, kept } = await flow.begin(inputFor(server.url))
    const { answer } = await visitConsent(url)
    const body = JSON.stringify({
      access_token: 'canary',
      token_type: 'Bearer',
      scope: 'profile write:media',
    })
    server.interfere(onRoute('POST /oauth/token', { kind: 'answer', status: 200, body }))
    const refused = await refusal(flow.finish(answer, kept, redirectUri))
    expect(refused.reason).toBe('missing_permission')
    expect(refused.message).toContain('write:statuses, read:statuses')
  })

  it.each([
    [
      'the app is refused',
      onRoute('POST /api/v1/apps', refusing(422, 'Validation failed: no')),
      'unavailable',
    ],
    ['apps are switched off', onRoute('POST /api/v1/apps', refusing(404, 'Record not found')), 'bad_address'],
    ['it limits requests', onRoute('POST /api/v1/apps', refusing(429, 'Too many')), 'rate_limited'],
  ] satisfies [string, MastodonFaultRule, string][])('refuses a server when %s', async (_, rule, reason) => {
    const { flow, server, apps } = await start()
    server.interfere(rule)
    expect((await refusal(flow.begin(inputFor(server.url)))).reason).toBe(reason)
    expect(apps.kept).toEqual([])
  })

  it('accepts a server that shows its instance document to its own people only', async () => {
    const opened = await start({ flavour: 'old' })
    opened.server.interfere(onRoute('GET /api/v1/instance', refusing(401, 'Limited federation mode')))
    expect((await connect(opened)).account).toBe(`@alice@${opened.host}`)
  })

  it('reads the newer instance document where the older is gone', async () => {
    const opened = await start({ flavour: 'old' })
    const isGone = onRoute('GET /api/v1/instance', refusing(404, 'Record not found'))
    const body = JSON.stringify({ version: '4.2.0' })
    const isThere = onRoute('GET /api/v2/instance', { kind: 'answer', status: 200, body })
    opened.server.interfere((call) => isGone(call) ?? isThere(call))
    expect((await connect(opened)).account).toBe(`@alice@${opened.host}`)
  })

  it('takes the address also under the name that credentials have', async () => {
    const { flow, server } = await start()
    const { url } = await flow.begin({ ...inputFor(''), values: { instance_url: server.url } })
    expect(new URL(url).origin).toBe(server.url)
  })

  it('follows no redirect to another server', async () => {
    const { flow, server } = await start()
    await using other = await startReceiver()
    const headers = { location: `${other.url}/.well-known/oauth-authorization-server` }
    server.interfere(() => ({ kind: 'answer', status: 301, body: '', headers }))
    expect((await refusal(flow.begin(inputFor(server.url)))).reason).toBe('bad_address')
    expect(other.calls).toEqual([])
  })

  it.each(['authorization_endpoint', 'token_endpoint', 'revocation_endpoint'])(
    'refuses a server whose %s is another server',
    async (name) => {
      const { flow, server, apps } = await start()
      const own = await (await fetch(`${server.url}/.well-known/oauth-authorization-server`)).json()
      const body = JSON.stringify({ ...own, [name]: 'https://thief.example/oauth' })
      server.interfere(
        onRoute('GET /.well-known/oauth-authorization-server', { kind: 'answer', status: 200, body }),
      )
      expect((await refusal(flow.begin(inputFor(server.url)))).reason).toBe('bad_address')
      expect(apps.kept).toEqual([])
    },
  )

  it('refuses a web server that is no Mastodon server', async () => {
    const { flow, server } = await start()
    server.interfere(() => ({ kind: 'answer', status: 200, body: '<html>Welcome</html>' }))
    expect((await refusal(flow.begin(inputFor(server.url)))).reason).toBe('bad_address')
  })

  it.each(['127.0.0.1', '169.254.169.254', 'localhost:3000', '[::1]', 'https://10.0.0.1/@alice'])(
    'refuses the private server %s without asking it',
    async (instance) => {
      const fetched: unknown[] = []
      const guardedFetch = async (url: unknown) => {
        fetched.push(url)
        return new Response()
      }
      const tools = { ...vendorTools({ allowPrivate: false }), guardedFetch, apps: memoryApps() }
      const flow = createMastodonVendor(tools)?.oauth
      if (!flow) throw new Error('The vendor is not offered.')
      expect((await refusal(flow.begin(inputFor(instance)))).reason).toBe('bad_address')
      expect(fetched).toEqual([])
    },
  )

  it('does not offer Mastodon without a store for apps', () => {
    expect(createMastodonVendor(vendorTools())).toBeUndefined()
  })
})

describe('the life of a token', () => {
  it('renews a token that expires, with a refresh token that works once', async () => {
    const opened = await start({ flavour: 'pixelfed' })
    const { vendor, pass, now } = opened
    const { credentials, expiresAt } = await connect(opened)
    expect(expiresAt).toBe(now() + 365 * dayMs)
    expect(await vendor.check(credentials, expiresAt)).toEqual({})
    pass(364 * dayMs)
    const { renewed } = await vendor.check(credentials, expiresAt)
    expect(renewed?.expiresAt).toBe(now() + 365 * dayMs)
    expect(renewed?.credentials).toMatchObject({ instance_url: opened.server.url })
    expect(renewed?.credentials.access_token).not.toBe(credentials.access_token)
    expect((await refusal(vendor.check(credentials, expiresAt))).reason).toBe('revoked')
    pass(2 * dayMs)
    expect(await vendor.check(renewed?.credentials ?? {}, renewed?.expiresAt ?? null)).toEqual({})
  })

  it('renews a token before anyone is warned of its end', async () => {
    const { vendor, pass, ...opened } = await start({ flavour: 'pixelfed' })
    const { credentials, expiresAt } = await connect({ vendor, pass, ...opened })
    pass(350 * dayMs)
    expect(await vendor.check(credentials, expiresAt)).toEqual({})
    pass(2 * dayMs)
    expect((await vendor.check(credentials, expiresAt)).renewed).toBeDefined()
  })

  it('keeps the refresh token when the answer has none', async () => {
    const opened = await start({ flavour: 'akkoma' })
    const { vendor, pass, server } = opened
    const { credentials, expiresAt } = await connect(opened)
    pass(99 * dayMs)
    const body = JSON.stringify({ access_token: 'canary-new', refresh_token: '', expires_in: '600' })
    server.interfere(onRoute('POST /oauth/token', { kind: 'answer', status: 200, body }))
    const { renewed } = await vendor.check(credentials, expiresAt)
    expect(renewed?.credentials).toMatchObject({
      access_token: 'canary-new',
      refresh_token: credentials.refresh_token,
    })
  })

  it.each<[string, Fault, string]>([
    ['the account is locked', refusing(403, 'Your login is currently disabled'), 'missing_permission'],
    [
      'the server has moved',
      { kind: 'answer', status: 301, body: '', headers: { location: '/' } },
      'unavailable',
    ],
    ['the server is gone', refusing(410, 'Gone'), 'unavailable'],
    ['the server limits requests', refusing(429, 'Too many requests'), 'rate_limited'],
    ['a portal answers', { kind: 'answer', status: 200, body: '<html>' }, 'unavailable'],
  ])('does not break the connection when %s', async (_, fault, reason) => {
    const opened = await start()
    const { credentials } = await connect(opened)
    opened.server.interfere(() => fault)
    expect((await refusal(opened.vendor.check(credentials, null))).reason).toBe(reason)
  })

  it('ends the access of a disconnected account, and of no other account', async () => {
    const opened = await start()
    const [first, second] = [await connect(opened), await connect(opened)]
    await opened.revoke(first.credentials)
    expect((await refusal(opened.vendor.check(first.credentials, null))).reason).toBe('revoked')
    expect(await opened.vendor.check(second.credentials, null)).toEqual({})
  })

  it('asks to connect again when the stored credentials are incomplete', async () => {
    const { vendor } = await start()
    expect((await refusal(vendor.check({ provider: 'mastodon' }, null))).reason).toBe('revoked')
  })
})
