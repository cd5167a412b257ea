/** Instagram as a vendor of connections, against the emulator over HTTP. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fault } from '../../../dev/emulators/dropbox/faults.ts'
import { malformed, onOperation, refusing } from '../../../dev/emulators/instagram/faults.ts'
import { appScopedId } from '../../../dev/emulators/instagram/sign-in.ts'
import { type InstagramEmulatorOptions, startInstagramEmulator } from '../../../dev/emulators/instagram.ts'
import type { BeginInput, Connected } from '../../../orchestrator/connections/vendor.ts'
import { createInstagramVendor } from '../../../orchestrator/connections/vendors/instagram.ts'
import { credentialsSchema } from '../../../src/contract/credentials.ts'
import { describeVendor, noisyWords, refusal } from '../../support/contracts/vendor.ts'
import { type Choice, visitConsent } from '../../support/fixtures/consent.ts'
import { vendorSettings, vendorTools } from '../../support/fixtures/vendor-tools.ts'

const app = { id: 'app-id', secret: 'canary-secret' }
const redirectUri = 'https://connect.example.org/connect/instagram/callback'
const input: BeginInput = { state: 'state', redirectUri, values: {}, language: 'de', again: false }
const dayMs = 86_400_000
const alice = { userId: '17841400000000001', username: 'alice.ties', token: 'canary-of-alice' } as const

async function open(options: Partial<InstagramEmulatorOptions> = {}) {
  let time = Date.now()
  const instagram = await startInstagramEmulator({
    accounts: [alice],
    app,
    tokenPrefix: 'canary-',
    now: () => time,
    ...options,
  })
  const env = { INSTAGRAM_APP_ID: app.id, INSTAGRAM_APP_SECRET: app.secret }
  const settings = vendorSettings({ ...env, INSTAGRAM_API_BASE_URL: instagram.apiUrl })
  const vendor = createInstagramVendor(settings, { ...vendorTools(), now: () => time })
  if (!vendor?.oauth) throw new Error('The vendor is not offered.')
  return {
    instagram,
    vendor,
    flow: vendor.oauth,
    pass(ms: number) {
      time += ms
    },
    now: () => time,
  }
}

async function start(options: Partial<InstagramEmulatorOptions> = {}) {
  const opened = await open(options)
  onTestFinished(opened.instagram.close)
  return opened
}

async function connect({ flow }: Awaited<ReturnType<typeof open>>, choice: Choice = {}): Promise<Connected> {
  const { url, kept } = await flow.begin(input)
  return flow.finish((await visitConsent(url, choice)).answer, kept, redirectUri)
}

const answering = (status: number, body: unknown): Fault => ({
  kind: 'answer',
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

describeVendor('Instagram', { way: 'oauth', revokes: false }, async () => {
  const { instagram, vendor } = await open()
  const inject = (fault: Fault) => () => instagram.interfere(() => fault)
  const noisy = {
    error: { message: noisyWords.replaceAll('canary-code', app.secret), type: 'OAuthException', code: 100 },
  }
  return {
    vendor,
    account: '@alice.ties',
    oauth: {
      values: {},
      redirectUri,
      allow: async (url) => (await visitConsent(url)).answer,
      deny: async (url) => (await visitConsent(url, { decision: 'deny' })).answer,
      expireCodes: instagram.expireCodes,
    },
    revokeAtVendor: ({ access_token }) => instagram.revoke(String(access_token)),
    troubles: {
      held: inject({ kind: 'hold', until: new Promise(() => undefined) }),
      error: inject({ kind: 'answer', status: 500, body: 'Internal Server Error' }),
      reset: inject({ kind: 'reset' }),
      noisy: inject(answering(400, noisy)),
    },
    close: instagram.close,
  }
})

describe('connecting Instagram', () => {
  it('asks for both scopes, separated by a comma', async () => {
    const { flow } = await start()
    const { url, kept } = await flow.begin({ ...input, again: true })
    expect(kept).toEqual({})
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      client_id: app.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 'state',
      scope: 'instagram_business_basic,instagram_business_content_publish',
      force_reauth: 'true',
    })
  })

  it('uses the real addresses of Instagram when no other address is configured', async () => {
    const urls: string[] = []
    const env = { INSTAGRAM_APP_ID: app.id, INSTAGRAM_APP_SECRET: app.secret }
    const fetch = async (url: unknown) => {
      const asked = new URL(String(url))
      urls.push(`${asked.origin}${asked.pathname}`)
      const id = { user_id: 1, username: 'alice', account_type: 'Media_Creator' }
      return Response.json({ access_token: 'canary', expires_in: 5_184_000, ...id })
    }
    const flow = createInstagramVendor(vendorSettings(env), { ...vendorTools(), fetch })?.oauth
    expect((await flow?.begin(input))?.url).toMatch(/^https:\/\/www\.instagram\.com\/oauth\/authorize\?/)
    const connected = await flow?.finish(new URLSearchParams({ code: 'code' }), {}, redirectUri)
    expect(connected).toMatchObject({ credentials: { user_id: '1' }, accountId: '1' })
    expect(urls).toEqual([
      'https://api.instagram.com/oauth/access_token',
      'https://graph.instagram.com/access_token',
      'https://graph.instagram.com/v25.0/me',
    ])
  })

  it('does not offer Instagram when the operator has registered no app', () => {
    const half = vendorSettings({ INSTAGRAM_APP_ID: app.id })
    expect(createInstagramVendor(half, vendorTools())).toBeUndefined()
    expect(createInstagramVendor(vendorSettings({}), vendorTools())).toBeUndefined()
  })

  it('does not offer Instagram when the fleet publishes through Facebook Login', () => {
    const env = { INSTAGRAM_APP_ID: app.id, INSTAGRAM_APP_SECRET: app.secret }
    const INSTAGRAM_API_BASE_URL = 'https://graph.facebook.com/v25.0'
    const settings = vendorSettings({ ...env, INSTAGRAM_API_BASE_URL })
    expect(createInstagramVendor(settings, vendorTools())).toBeUndefined()
  })

  it.each([false, true])(
    'returns a token of 60 days that publishes as the account (answer in "data": %s)',
    async (wrapsTokens) => {
      const opened = await start({ wrapsTokens })
      const connected = await connect(opened)
      expect(connected).toEqual({
        credentials: {
          provider: 'instagram',
          access_token: expect.stringContaining('canary-'),
          user_id: alice.userId,
        },
        account: '@alice.ties',
        accountId: appScopedId(alice),
        expiresAt: opened.now() + 60 * dayMs,
        settings: {},
      })
      expect(credentialsSchema.safeParse(connected.credentials).success).toBe(true)
      expect(opened.instagram.calls.map(({ operation }) => operation)).toEqual(
        expect.arrayContaining(['authorize', 'token', 'exchange', 'me']),
      )
    },
  )

  it('accepts a code that ends in "#_"', async () => {
    const { flow } = await start()
    const { url, kept } = await flow.begin(input)
    const { answer } = await visitConsent(url)
    answer.set('code', `${answer.get('code')}#_`)
    expect((await flow.finish(answer, kept, redirectUri)).account).toBe('@alice.ties')
  })

  it.each(['MEDIA_CREATOR', 'Media_Creator', 'BUSINESS'] as const)(
    'accepts a %s account',
    async (accountType) => {
      const opened = await start({ accounts: [{ ...alice, accountType }] })
      expect((await connect(opened)).account).toBe('@alice.ties')
    },
  )

  it('accepts an answer without the kind of account, and a life of the token as text', async () => {
    const env = { INSTAGRAM_APP_ID: app.id, INSTAGRAM_APP_SECRET: app.secret }
    const answer = { access_token: 'canary', expires_in: '5184000', user_id: 1, username: 'alice' }
    const fetch = async () => Response.json(answer)
    const flow = createInstagramVendor(vendorSettings(env), { ...vendorTools(), fetch })?.oauth
    const connected = await flow?.finish(new URLSearchParams({ code: 'code' }), {}, redirectUri)
    expect(connected).toMatchObject({ account: '@alice', expiresAt: expect.any(Number) })
  })

  it('refuses a personal account', async () => {
    const opened = await start({ accounts: [{ ...alice, accountType: 'PERSONAL' }] })
    expect(await refusal(connect(opened))).toMatchObject({ reason: 'unsuitable', code: 'personal' })
  })

  it('names the permission that the person has unticked', async () => {
    const opened = await start()
    const refused = await refusal(connect(opened, { scopes: ['instagram_business_basic'] }))
    expect(refused.reason).toBe('missing_permission')
    expect(refused.message).toContain('instagram_business_content_publish')
  })

  it('refuses a code for another redirect address', async () => {
    const { flow } = await start()
    const { url, kept } = await flow.begin(input)
    const { answer } = await visitConsent(url)
    expect((await refusal(flow.finish(answer, kept, `${redirectUri}/`))).reason).toBe('invalid')
  })

  it('does not blame the person when the app itself is refused', async () => {
    const { flow, instagram } = await start()
    const { url, kept } = await flow.begin(input)
    const { answer } = await visitConsent(url)
    const body = { error_type: 'OAuthException', code: 400, error_message: 'Error validating client secret.' }
    instagram.interfere(onOperation('token', answering(400, body)))
    expect((await refusal(flow.finish(answer, kept, redirectUri))).reason).toBe('unavailable')
  })

  it('never repeats the secrets of a query when the exchange breaks', async () => {
    const { flow, instagram } = await start()
    for (const fault of [{ kind: 'reset' }, malformed(), await refusing('transient')] as const) {
      const { url, kept } = await flow.begin(input)
      const { answer } = await visitConsent(url)
      instagram.interfere(onOperation('exchange', fault))
      expect((await refusal(flow.finish(answer, kept, redirectUri))).reason).toBe('unavailable')
    }
  })
})

describe('the life of an Instagram token', () => {
  it('renews the token from day 30 on, for 60 days', async () => {
    const opened = await start()
    const { vendor, pass, now } = opened
    const { credentials, expiresAt } = await connect(opened)
    pass(29 * dayMs)
    expect(await vendor.check(credentials, expiresAt)).toEqual({})
    pass(dayMs)
    const { renewed } = await vendor.check(credentials, expiresAt)
    expect(renewed?.expiresAt).toBe(now() + 60 * dayMs)
    expect(renewed?.credentials).toMatchObject({ provider: 'instagram', user_id: alice.userId })
    expect(renewed?.credentials.access_token).not.toBe(credentials.access_token)
    pass(20 * dayMs)
    expect(await vendor.check(renewed?.credentials ?? {}, renewed?.expiresAt ?? null)).toEqual({})
  })

  it('renews an imported token, whose end is not known, as soon as it is a day old', async () => {
    const opened = await start()
    const { vendor, pass, now } = opened
    const { credentials } = await connect(opened)
    expect(await vendor.check(credentials, null)).toEqual({})
    pass(dayMs)
    const { renewed } = await vendor.check(credentials, null)
    expect(renewed?.expiresAt).toBe(now() + 60 * dayMs)
  })

  it('ends as revoked when the account was away for 60 days', async () => {
    const opened = await start()
    const { credentials, expiresAt } = await connect(opened)
    opened.pass(61 * dayMs)
    expect(await refusal(opened.vendor.check(credentials, expiresAt))).toMatchObject({
      reason: 'revoked',
      code: '190',
    })
  })

  it.each([
    ['tokenExpired', 'revoked'],
    ['passwordChanged', 'revoked'],
    ['tokenInvalid', 'revoked'],
    ['callLimit', 'rate_limited'],
    ['customLimit', 'rate_limited'],
    ['noPermission', 'missing_permission'],
    ['permissionDenied', 'missing_permission'],
    ['transient', 'unavailable'],
    ['unknown', 'unavailable'],
    ['badParameter', 'unavailable'],
    ['restricted', 'unavailable'],
  ] as const)('tells %s as %s', async (row, reason) => {
    const opened = await start()
    const { credentials, expiresAt } = await connect(opened)
    opened.instagram.interfere(onOperation('me', await refusing(row)))
    expect((await refusal(opened.vendor.check(credentials, expiresAt))).reason).toBe(reason)
  })

  it('stays as it is when a renewal fails', async () => {
    const opened = await start()
    const { credentials, expiresAt } = await connect(opened)
    opened.pass(40 * dayMs)
    opened.instagram.interfere(onOperation('refresh', await refusing('badParameter')))
    expect((await refusal(opened.vendor.check(credentials, expiresAt))).reason).toBe('unavailable')
    expect((await opened.vendor.check(credentials, expiresAt)).renewed).toBeDefined()
  })

  it('asks to connect again when the stored credentials are incomplete', async () => {
    const { vendor } = await start()
    expect((await refusal(vendor.check({ provider: 'instagram' }, null))).reason).toBe('revoked')
  })
})
