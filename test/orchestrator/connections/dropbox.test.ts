/** Dropbox as a vendor of connections, against the emulator over HTTP. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AccountOptions } from '../../../dev/emulators/dropbox/account.ts'
import {
  type Fault,
  onCall,
  rateLimited,
  refusedWith,
  serverError,
} from '../../../dev/emulators/dropbox/faults.ts'
import { createDropboxEmulator, type DropboxEmulatorOptions } from '../../../dev/emulators/dropbox.ts'
import type { BeginInput, Connected, Vendor } from '../../../orchestrator/connections/vendor.ts'
import { createDropbox } from '../../../orchestrator/connections/vendors/dropbox.ts'
import { describeVendor, noisyWords, refusal } from '../../support/contracts/vendor.ts'
import { type Choice, visitConsent } from '../../support/fixtures/consent.ts'
import { vendorSettings, vendorTools } from '../../support/fixtures/vendor-tools.ts'

const app = { key: 'app-key', secret: 'canary-secret' }
const redirectUri = 'https://connect.example.org/connect/dropbox/callback'
const input: BeginInput = { state: 'state', redirectUri, values: {}, language: 'de', again: false }

async function open(options: Partial<DropboxEmulatorOptions> = {}, accountOptions: AccountOptions = {}) {
  const emulator = createDropboxEmulator({ app, redirectUris: [redirectUri], ...options })
  const alice = emulator.addAccount('alice', undefined, accountOptions)
  const bob = emulator.addAccount('bob')
  const { url, close } = await emulator.listen()
  const env = { DROPBOX_APP_KEY: app.key, DROPBOX_APP_SECRET: app.secret, DROPBOX_BASE_URL: url }
  const vendor = createDropbox(vendorSettings(env), vendorTools())
  if (!vendor?.oauth) throw new Error('The vendor is not offered.')
  return { emulator, alice, bob, url, close, vendor, flow: vendor.oauth }
}

async function start(options: Partial<DropboxEmulatorOptions> = {}, accountOptions: AccountOptions = {}) {
  const opened = await open(options, accountOptions)
  onTestFinished(opened.close)
  return opened
}

async function connect({ oauth }: Vendor, choice: Choice = {}): Promise<Connected> {
  if (!oauth) throw new Error('The vendor is not offered.')
  const { url, kept } = await oauth.begin(input)
  return oauth.finish((await visitConsent(url, choice)).answer, kept, redirectUri)
}

const noisyAnswer: Fault = {
  kind: 'answer',
  status: 400,
  body: JSON.stringify({ error: 'invalid_request', error_description: noisyWords }),
  headers: { 'content-type': 'application/json' },
}

describeVendor('Dropbox', { way: 'oauth' }, async () => {
  const { emulator, alice, close, vendor } = await open()
  const inject = (fault: Fault) => () => emulator.interfere(() => fault)
  return {
    vendor,
    account: 'alice@example.org',
    oauth: {
      values: {},
      redirectUri,
      allow: async (url) => (await visitConsent(url)).answer,
      deny: async (url) => (await visitConsent(url, { decision: 'deny' })).answer,
      expireCodes: emulator.expireCodes,
    },
    revokeAtVendor: () => alice.disconnect(),
    troubles: {
      held: inject({ kind: 'hold', until: new Promise(() => undefined) }),
      error: inject(serverError()),
      reset: inject({ kind: 'reset' }),
      noisy: inject(noisyAnswer),
    },
    close,
  }
})

describe('connecting Dropbox', () => {
  it('asks for lasting access, for the scopes of the fleet and for PKCE', async () => {
    const { flow } = await start()
    const { url, kept } = await flow.begin(input)
    const query = Object.fromEntries(new URL(url).searchParams)
    expect(query).toEqual({
      client_id: 'app-key',
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 'state',
      scope: 'account_info.read files.metadata.read files.content.read files.content.write',
      token_access_type: 'offline',
      locale: 'de',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(url).not.toContain(String(kept.verifier))
  })

  it('uses the real addresses of Dropbox when no other address is configured', async () => {
    const settings = vendorSettings({ DROPBOX_APP_KEY: app.key, DROPBOX_APP_SECRET: app.secret })
    const begun = await createDropbox(settings, vendorTools())?.oauth?.begin(input)
    expect(begun?.url).toMatch(/^https:\/\/www\.dropbox\.com\/oauth2\/authorize\?/)
  })

  it('offers no connection when the operator has registered no app', () => {
    expect(createDropbox(vendorSettings({ DROPBOX_APP_KEY: 'key' }), vendorTools())).toBeUndefined()
    expect(createDropbox(vendorSettings({}), vendorTools())).toBeUndefined()
  })

  it('returns the account and credentials that end only at Dropbox', async () => {
    const { vendor } = await start()
    expect(await connect(vendor)).toEqual({
      credentials: { provider: 'dropbox', refresh_token: expect.stringMatching(/^[\w-]{40,}$/) },
      account: 'alice@example.org',
      accountId: 'dbid:alice',
      expiresAt: null,
      settings: {},
    })
  })

  it('lets a person who has allowed the app before choose another account when asked to connect again', async () => {
    const { flow } = await start()
    const begun = await flow.begin(input)
    const first = await visitConsent(begun.url)
    await flow.finish(first.answer, begun.kept, redirectUri)
    const passedOn = await flow.begin(input)
    const same = await visitConsent(passedOn.url, { account: 'bob', cookie: first.cookie })
    expect((await flow.finish(same.answer, passedOn.kept, redirectUri)).accountId).toBe('dbid:alice')
    const asked = await flow.begin({ ...input, again: true })
    const other = await visitConsent(asked.url, { account: 'bob', cookie: first.cookie })
    expect((await flow.finish(other.answer, asked.kept, redirectUri)).accountId).toBe('dbid:bob')
  })

  it('refuses a disabled account', async () => {
    const { vendor } = await start({}, { isDisabled: true })
    expect((await refusal(connect(vendor))).reason).toBe('unsuitable')
  })

  it('refuses when the app in the console lacks a scope', async () => {
    const { vendor } = await start({ scopes: ['account_info.read', 'files.metadata.read'] })
    const refused = await refusal(connect(vendor))
    expect(refused.reason).toBe('missing_permission')
    expect(refused.message).toContain('files.content.read, files.content.write')
  })

  it('refuses an answer with another state or for another verifier', async () => {
    const { flow } = await start()
    const { url, kept } = await flow.begin(input)
    const { answer } = await visitConsent(url)
    const foreign = { ...kept, state: 'another' }
    expect((await refusal(flow.finish(answer, foreign, redirectUri))).reason).toBe('invalid')
    const guessed = { ...kept, verifier: 'x'.repeat(43) }
    expect((await refusal(flow.finish(answer, guessed, redirectUri))).reason).toBe('invalid')
  })

  it('follows no redirect of the token endpoint', async () => {
    const { vendor, emulator } = await start()
    const { credentials } = await connect(vendor)
    const before = emulator.calls.length
    const headers = { location: '/oauth2/token/elsewhere' }
    emulator.interfere(onCall('oauth2/token', { kind: 'answer', status: 307, body: '', headers }))
    expect((await refusal(vendor.check(credentials, null))).reason).toBe('unavailable')
    expect(emulator.calls.length).toBe(before + 1)
  })
})

describe('checking Dropbox', () => {
  it('renews the credentials when Dropbox replaces the refresh token', async () => {
    const { vendor } = await start({ rotatesRefreshTokens: true })
    const { credentials } = await connect(vendor)
    const { renewed } = await vendor.check(credentials, null)
    expect(renewed?.credentials).toEqual({ provider: 'dropbox', refresh_token: expect.any(String) })
    expect(renewed?.credentials).not.toEqual(credentials)
    expect((await refusal(vendor.check(credentials, null))).reason).toBe('revoked')
    await vendor.check(renewed?.credentials ?? {}, null)
  })

  it('keeps the refresh token when the answer has an empty refresh token', async () => {
    const { vendor, emulator } = await start()
    const { credentials } = await connect(vendor)
    const { access_token } = await (await fetch(tokenRequest(emulator.calls.at(-1)?.url, credentials))).json()
    const body = JSON.stringify({ access_token, token_type: 'bearer', expires_in: 60, refresh_token: '' })
    const headers = { 'content-type': 'application/json' }
    emulator.interfere(onCall('oauth2/token', { kind: 'answer', status: 200, body, headers }))
    expect(await vendor.check(credentials, null)).toEqual({})
  })

  it.each<[string, Fault, string]>([
    ['rate_limited', rateLimited(30), 'too_many_requests'],
    ['invalid', refusedWith('path', 'not_found'), 'path/not_found'],
    ['unavailable', { kind: 'answer', status: 200, body: '<html>captive portal</html>' }, ''],
    ['unsuitable', taggedError(401, 'user_suspended'), 'user_suspended'],
    ['unavailable', taggedError(401, 'expired_access_token'), 'expired_access_token'],
    ['revoked', taggedError(401, 'invalid_access_token'), 'invalid_access_token'],
    ['unsuitable', taggedError(403, 'invalid_account_type'), 'invalid_account_type'],
  ])('refuses as %s when Dropbox answers so (case %#)', async (reason, fault, code) => {
    const { vendor, emulator } = await start()
    const { credentials } = await connect(vendor)
    emulator.interfere(onCall('check/user', fault))
    expect(await refusal(vendor.check(credentials, null))).toMatchObject({ reason, code })
  })

  it('keeps the connection when Dropbox refuses the app itself', async () => {
    const { vendor, url, emulator } = await start()
    const { credentials } = await connect(vendor)
    const env = { DROPBOX_APP_KEY: app.key, DROPBOX_APP_SECRET: 'another', DROPBOX_BASE_URL: url }
    const misconfigured = createDropbox(vendorSettings(env), vendorTools())
    if (!misconfigured) throw new Error('The vendor is not offered.')
    const refused = await refusal(misconfigured.check(credentials, null))
    expect(refused).toMatchObject({ reason: 'unavailable', code: 'invalid_client' })
    expect(emulator.calls.at(-1)?.route).toBe('oauth2/token')
  })

  it('ends the access of all tokens of the same connection, and no other connection', async () => {
    const { vendor } = await start()
    const [first, second] = [await connect(vendor), await connect(vendor)]
    await vendor.revoke?.(first.credentials)
    expect((await refusal(vendor.check(first.credentials, null))).reason).toBe('revoked')
    await vendor.check(second.credentials, null)
    await vendor.revoke?.(first.credentials)
  })
})

describe('folders of Dropbox', () => {
  const list = async (vendor: Vendor, path: string) => {
    const { credentials } = await connect(vendor)
    return (await vendor.folders?.(credentials, path))?.map((folder) => folder.path)
  }

  it('lists folders only, sorted, over many pages', async () => {
    const { vendor, alice } = await start({ pageSize: 2, emptyPages: 1 })
    for (const name of ['b', 'A', 'c 10', 'c 2', '.hidden']) await alice.seed(`/${name}/photo.jpg`, 'x')
    await alice.seed('/photo.jpg', 'x')
    expect(await list(vendor, '')).toEqual(['/A', '/b', '/c 2', '/c 10'])
  })

  it('lists the folders below a path, with or without slashes around it', async () => {
    const { vendor, alice } = await start()
    await alice.seed('/Photos/2026/Rope & “Ink”/photo.jpg', 'x')
    expect(await list(vendor, 'Photos/2026')).toEqual(['/Photos/2026/Rope & “Ink”'])
    expect(await list(vendor, '/Photos/')).toEqual(['/Photos/2026'])
  })

  it('shows at most a thousand folders', async () => {
    const { vendor, alice } = await start()
    for (let index = 0; index < 1005; index += 1) await alice.seed(`/folder ${index}/photo.jpg`, 'x')
    expect(await list(vendor, '')).toHaveLength(1000)
  })

  it('refuses a path that does not exist', async () => {
    const { vendor } = await start()
    const { credentials } = await connect(vendor)
    const refused = await refusal(vendor.folders?.(credentials, '/gone') ?? Promise.resolve())
    expect(refused).toMatchObject({ reason: 'invalid', code: 'path/not_found' })
  })

  it('shows the own folders and those of the team, and prefers the own folder of a path', async () => {
    const { vendor, alice } = await start({}, { hasTeamSpace: true })
    await alice.seed('/Own/Mine/photo.jpg', 'x')
    await alice.seed('/Both/Mine/photo.jpg', 'x')
    await alice.team?.seed('/Both/Ours/photo.jpg', 'x')
    await alice.team?.seed('/Team/Ours/photo.jpg', 'x')
    await alice.team?.seed('/alice/Private/photo.jpg', 'x')
    expect(await list(vendor, '')).toEqual(['/Both', '/Own', '/Team'])
    expect(await list(vendor, '/Both')).toEqual(['/Both/Mine'])
    expect(await list(vendor, '/Team')).toEqual(['/Team/Ours'])
  })
})

describe('the page of the emulated Dropbox', () => {
  const visited = async (change: (query: URLSearchParams) => void) => {
    const { flow } = await start()
    const url = new URL((await flow.begin(input)).url)
    change(url.searchParams)
    return fetch(url, { redirect: 'manual' })
  }

  it.each<[string, (query: URLSearchParams) => void]>([
    ['an unknown client', (query) => query.set('client_id', 'another')],
    ['an address that is not registered', (query) => query.set('redirect_uri', `${redirectUri}/`)],
    ['an address in other letters', (query) => query.set('redirect_uri', redirectUri.toUpperCase())],
    ['a state of more than 500 bytes', (query) => query.set('state', 'ä'.repeat(251))],
    ['another response type', (query) => query.set('response_type', 'token')],
    ['a scope that does not exist', (query) => query.set('scope', 'files.everything')],
    ['a PKCE method that is not known', (query) => query.set('code_challenge_method', 'S1')],
  ])('refuses %s on the page itself', async (_, change) => {
    const response = await visited(change)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  it('says that it is a demo, and escapes what it repeats', async () => {
    const page = await (await visited((query) => query.set('scope', '<script>'))).text()
    expect(page).not.toContain('<script>')
    expect(page).toContain('Demo:')
  })

  it('grants no refresh token without offline access', async () => {
    const { flow, vendor } = await start()
    const { url, kept } = await flow.begin(input)
    const { answer } = await visitConsent(
      url.replace('token_access_type=offline', 'token_access_type=online'),
    )
    expect((await refusal(flow.finish(answer, kept, redirectUri))).reason).toBe('missing_permission')
    await connect(vendor)
  })
})

function taggedError(status: number, tag: string): Fault {
  const body = JSON.stringify({ error_summary: `${tag}/..`, error: { '.tag': tag } })
  return { kind: 'answer', status, body, headers: { 'content-type': 'application/json' } }
}

function tokenRequest(url: string | undefined, credentials: Connected['credentials']): Request {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: String(credentials.refresh_token),
    client_id: app.key,
    client_secret: app.secret,
  })
  return new Request(new URL('/oauth2/token', url), { method: 'POST', body })
}
