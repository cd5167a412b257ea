/** Google Drive as a vendor of connections, against the emulator over HTTP. */
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type DriveFault,
  onRoute,
  rateLimited,
  refusedWith,
  tooManyRequests,
} from '../../../dev/emulators/gdrive/faults.ts'
import {
  createGoogleDriveEmulator,
  type GoogleDriveEmulatorOptions,
  type ServiceAccount,
} from '../../../dev/emulators/gdrive.ts'
import type { BeginInput, Connected, Vendor } from '../../../orchestrator/connections/vendor.ts'
import { createGoogleDrive } from '../../../orchestrator/connections/vendors/gdrive.ts'
import { describeVendor, noisyWords, noisyWordsWith, refusal } from '../../support/contracts/vendor.ts'
import { type Choice, visitConsent } from '../../support/fixtures/consent.ts'
import { vendorSettings, vendorTools } from '../../support/fixtures/vendor-tools.ts'

const app = { id: 'client-id', secret: 'canary-secret' }
const redirectUri = 'https://connect.example.org/connect/gdrive/callback'
const driveScope = 'https://www.googleapis.com/auth/drive'
const input: BeginInput = { state: 'state', redirectUri, values: {}, language: 'de', again: false }

async function open(options: Partial<GoogleDriveEmulatorOptions> = {}) {
  const emulator = createGoogleDriveEmulator({ app, redirectUris: [redirectUri], ...options })
  const alice = emulator.addAccount('alice')
  const { url, close } = await emulator.listen()
  const env = { GOOGLE_CLIENT_ID: app.id, GOOGLE_CLIENT_SECRET: app.secret, GOOGLE_API_BASE_URL: url }
  const vendor = createGoogleDrive(vendorSettings(env), vendorTools())
  if (!vendor.oauth || !vendor.pasted) throw new Error('The vendor is not offered.')
  return { emulator, alice, url, close, vendor, flow: vendor.oauth, pasted: vendor.pasted }
}

async function start(options: Partial<GoogleDriveEmulatorOptions> = {}) {
  const opened = await open(options)
  onTestFinished(opened.close)
  return opened
}

async function connect({ oauth }: Vendor, choice: Choice = {}): Promise<Connected> {
  if (!oauth) throw new Error('The vendor is not offered.')
  const { url, kept } = await oauth.begin(input)
  return oauth.finish((await visitConsent(url, choice)).answer, kept, redirectUri)
}

const json = { 'content-type': 'application/json' }

function troublesOf(emulator: Awaited<ReturnType<typeof open>>['emulator'], words: string) {
  const inject = (fault: DriveFault) => () => emulator.interfere(() => fault)
  const body = JSON.stringify({ error: 'invalid_request', error_description: words })
  return {
    held: inject({ kind: 'hold', until: new Promise(() => undefined) }),
    error: inject({ kind: 'answer', status: 500, body: 'Internal Server Error' }),
    reset: inject({ kind: 'reset' }),
    noisy: inject({ kind: 'answer', status: 400, body, headers: json }),
  }
}

describeVendor('Google Drive', { way: 'oauth' }, async () => {
  const { emulator, alice, close, vendor } = await open()
  return {
    vendor,
    account: 'alice@gmail.example',
    oauth: {
      values: {},
      redirectUri,
      allow: async (url) => (await visitConsent(url)).answer,
      deny: async (url) => (await visitConsent(url, { decision: 'deny' })).answer,
      expireCodes: emulator.expireCodes,
    },
    revokeAtVendor: () => alice.disconnect(),
    troubles: troublesOf(emulator, noisyWords),
    close,
  }
})

describeVendor('Google Drive by a service account', { way: 'pasted' }, async () => {
  const { emulator, close, url } = await open()
  const { key } = await emulator.addServiceAccount('robot')
  const other = await createGoogleDriveEmulator({ app }).addServiceAccount('robot')
  const vendor = createGoogleDrive(vendorSettings({ GOOGLE_API_BASE_URL: url }), vendorTools())
  const gone: DriveFault = {
    kind: 'answer',
    status: 400,
    body: JSON.stringify({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }),
    headers: json,
  }
  return {
    // The key ends in Google's console only.
    vendor: withoutRevocation(vendor),
    account: key.client_email,
    pasted: { good: { service_account: key }, bad: { service_account: JSON.stringify(other.key) } },
    revokeAtVendor: () => void emulator.interfere(onRoute('token', gone)),
    troubles: troublesOf(emulator, noisyWordsWith(key.private_key)),
    close,
  }
})

describe('connecting Google Drive', () => {
  it('asks for lasting access, for a choice of account, for consent and for PKCE', async () => {
    const { flow } = await start()
    const { url } = await flow.begin(input)
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      client_id: 'client-id',
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 'state',
      scope: driveScope,
      access_type: 'offline',
      prompt: 'select_account consent',
      hl: 'de',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it('uses the real addresses of Google when no other address is configured', async () => {
    const settings = vendorSettings({ GOOGLE_CLIENT_ID: app.id, GOOGLE_CLIENT_SECRET: app.secret })
    const begun = await createGoogleDrive(settings, vendorTools()).oauth?.begin(input)
    expect(begun?.url).toMatch(/^https:\/\/accounts\.google\.com\/o\/oauth2\/v2\/auth\?/)
  })

  it('offers only service accounts when the operator has registered no app', () => {
    const vendor = createGoogleDrive(vendorSettings({}), vendorTools())
    expect(vendor.oauth).toBeUndefined()
    expect(vendor.pasted).toBeDefined()
  })

  it('returns the account and credentials that end only at Google', async () => {
    const { vendor } = await start()
    expect(await connect(vendor)).toEqual({
      credentials: { provider: 'gdrive', refresh_token: expect.stringMatching(/^1\/\//) },
      account: 'alice@gmail.example',
      accountId: expect.stringMatching(/^\d{20}$/),
      expiresAt: null,
      settings: {},
    })
  })

  it('gets a refresh token again when the person connects a second time', async () => {
    const { vendor } = await start()
    const first = await connect(vendor)
    const second = await connect(vendor)
    expect(second.credentials).not.toEqual(first.credentials)
    await vendor.check(first.credentials, null)
    await vendor.check(second.credentials, null)
  })

  it('tells another account by its ID', async () => {
    const { vendor, emulator } = await start()
    emulator.addAccount('bob')
    const [first, second] = [await connect(vendor), await connect(vendor, { account: 'bob' })]
    expect(second.account).toBe('bob@gmail.example')
    expect(second.accountId).not.toBe(first.accountId)
  })

  it('refuses when the person unticks the access to files', async () => {
    const { vendor } = await start()
    const refused = await refusal(connect(vendor, { scopes: [] }))
    expect(refused.reason).toBe('missing_permission')
    expect(refused.message).toContain('drive')
  })

  it('refuses when Google grants no refresh token', async () => {
    const { vendor, flow } = await start()
    await connect(vendor)
    const { url, kept } = await flow.begin(input)
    const { answer } = await visitConsent(url.replace('consent', ''))
    expect((await refusal(flow.finish(answer, kept, redirectUri))).reason).toBe('missing_permission')
  })

  it('refuses an answer for another verifier or another address', async () => {
    const { flow } = await start()
    const finish = async (kept: object, uri: string) => {
      const begun = await flow.begin(input)
      const { answer } = await visitConsent(begun.url)
      return flow.finish(answer, { ...begun.kept, ...kept }, uri)
    }
    expect((await refusal(finish({ verifier: 'x'.repeat(43) }, redirectUri))).reason).toBe('invalid')
    const elsewhere = await refusal(finish({}, 'https://thief.example/callback'))
    expect(elsewhere).toMatchObject({ reason: 'unavailable', code: 'redirect_uri_mismatch' })
  })
})

describe('connecting a service account', () => {
  const paste = async (
    robot: ServiceAccount,
    change: object,
    { pasted }: Awaited<ReturnType<typeof start>>,
  ) => pasted.accept(pasted.values.parse({ service_account: { ...robot.key, ...change } }))

  it('keeps the members that the gallery needs, and tells what is still missing', async () => {
    const opened = await start()
    const robot = await opened.emulator.addServiceAccount('robot')
    const { credentials, hint } = await paste(robot, {}, opened)
    const kept: unknown = JSON.parse(String(credentials.service_account))
    const { type, client_email, private_key, private_key_id } = robot.key
    expect(kept).toEqual({ type, client_email, private_key, private_key_id })
    expect(hint).toContain(client_email)
  })

  it('acts for a person when the administrators of the domain allow it', async () => {
    const opened = await start()
    const robot = await opened.emulator.addServiceAccount('robot')
    const person = { subject: opened.alice.email }
    expect((await refusal(paste(robot, person, opened))).reason).toBe('missing_permission')
    robot.delegate(opened.alice.email)
    const connected = await paste(robot, person, opened)
    expect(connected.account).toBe(opened.alice.email)
    expect(connected.hint).toBeUndefined()
    await opened.vendor.check(connected.credentials, null)
  })

  it('sends the assertion to Google when the pasted file names another address', async () => {
    const opened = await start()
    const robot = await opened.emulator.addServiceAccount('robot')
    await paste(robot, { token_uri: 'http://169.254.169.254/latest' }, opened)
    expect(opened.emulator.calls.map(({ route }) => route)).toEqual(['token', 'about.get'])
  })

  it.each(['not a key', '-----BEGIN PRIVATE KEY-----\nMIIcanary\n-----END PRIVATE KEY-----\n'])(
    'refuses a private key that is not usable (case %#)',
    async (private_key) => {
      const opened = await start()
      const robot = await opened.emulator.addServiceAccount('robot')
      const padded = { private_key: private_key.padEnd(120) }
      expect((await refusal(paste(robot, padded, opened))).reason).toBe('invalid')
    },
  )

  it('refuses values beyond their bounds before it calls Google', async () => {
    const { pasted } = await start()
    const accepts = (service_account: unknown) => pasted.values.safeParse({ service_account }).success
    expect(accepts('x'.repeat(30_000))).toBe(false)
    expect(accepts('{')).toBe(false)
    expect(
      accepts({ type: 'authorized_user', client_email: 'a@b.example', private_key: 'x'.repeat(100) }),
    ).toBe(false)
  })
})

describe('checking Google Drive', () => {
  it('renews the credentials when Google replaces the refresh token', async () => {
    const { vendor, emulator } = await start()
    const { credentials } = await connect(vendor)
    emulator.settings.rotatesRefreshTokens = true
    const { renewed } = await vendor.check(credentials, null)
    expect(renewed?.credentials).toEqual({ provider: 'gdrive', refresh_token: expect.any(String) })
    expect((await refusal(vendor.check(credentials, null))).reason).toBe('revoked')
    await vendor.check(renewed?.credentials ?? {}, null)
  })

  it.each<[string, DriveFault, string]>([
    ['rate_limited', rateLimited(), 'userRateLimitExceeded'],
    ['rate_limited', tooManyRequests(), 'rateLimitExceeded'],
    ['revoked', refusedWith(401, 'authError', 'Invalid Credentials'), 'authError'],
    ['missing_permission', refusedWith(403, 'insufficientPermissions', 'No'), 'insufficientPermissions'],
    ['unsuitable', refusedWith(403, 'domainPolicy', 'No'), 'domainPolicy'],
    ['unavailable', { kind: 'answer', status: 200, body: '<html>captive portal</html>' }, ''],
  ])('refuses as %s when Google answers so (case %#)', async (reason, fault, code) => {
    const { vendor, emulator } = await start()
    const { credentials } = await connect(vendor)
    emulator.interfere(onRoute('about.get', fault))
    expect(await refusal(vendor.check(credentials, null))).toMatchObject({ reason, code })
  })

  it('keeps the connection when the operator removes the app', async () => {
    const { vendor, url } = await start()
    const { credentials } = await connect(vendor)
    const without = createGoogleDrive(vendorSettings({ GOOGLE_API_BASE_URL: url }), vendorTools())
    expect((await refusal(without.check(credentials, null))).reason).toBe('unavailable')
  })

  it('ends the access of one connection only, and accepts that the access has ended already', async () => {
    const { vendor } = await start()
    const [first, second] = [await connect(vendor), await connect(vendor)]
    await vendor.revoke?.(first.credentials)
    await vendor.revoke?.(first.credentials)
    expect((await refusal(vendor.check(first.credentials, null))).reason).toBe('revoked')
    await vendor.check(second.credentials, null)
  })

  it('reports a revocation that failed', async () => {
    const { vendor, emulator } = await start()
    const { credentials } = await connect(vendor)
    emulator.interfere(onRoute('revoke', { kind: 'answer', status: 503, body: '' }))
    expect((await refusal(vendor.revoke?.(credentials) ?? Promise.resolve())).reason).toBe('unavailable')
  })
})

describe('folders of Google Drive', () => {
  const list = async (vendor: Vendor, path: string) => {
    const { credentials } = await connect(vendor)
    return (await vendor.folders?.(credentials, path))?.map((folder) => folder.path)
  }

  it('lists folders only, sorted, over many pages', async () => {
    const { vendor, alice } = await start({ maxPageSize: 2 })
    for (const name of ['b', 'A', 'c 10', 'c 2', '.publisher']) await alice.seed(`${name}/photo.jpg`, 'x')
    await alice.seed('photo.jpg', 'x')
    expect(await list(vendor, '')).toEqual(['A', 'b', 'c 2', 'c 10'])
  })

  it('lists the folders below a path whose names have quotes', async () => {
    const { vendor, alice } = await start()
    await alice.seed("Photos/Rope 'n' Ink\\2026/Dawn/photo.jpg", 'x')
    expect(await list(vendor, "/Photos/Rope 'n' Ink\\2026/")).toEqual(["Photos/Rope 'n' Ink\\2026/Dawn"])
  })

  it('shows shared drives at the top, and finds folders in them', async () => {
    const { vendor, emulator, alice } = await start()
    await alice.seed('Own/photo.jpg', 'x')
    const studio = emulator.addSharedDrive('Studio', { [alice.email]: 'organizer' })
    await studio.seed('2026/Rope/photo.jpg', 'x')
    expect(await list(vendor, '')).toEqual(['Own', 'Studio'])
    expect(await list(vendor, 'Studio')).toEqual(['Studio/2026'])
    expect(await list(vendor, 'Studio/2026')).toEqual(['Studio/2026/Rope'])
  })

  it.each(['gone', 'Own/gone', 'own', Array.from({ length: 30 }, () => 'a').join('/')])(
    'refuses a path that does not exist (case %#)',
    async (path) => {
      const { vendor, alice } = await start()
      await alice.seed('Own/photo.jpg', 'x')
      const { credentials } = await connect(vendor)
      const refused = await refusal(vendor.folders?.(credentials, path) ?? Promise.resolve())
      expect(refused).toMatchObject({ reason: 'invalid', code: 'notFound' })
    },
  )
})

describe('the page of the emulated Google', () => {
  it.each<[string, (query: URLSearchParams) => void]>([
    ['an unknown client', (query) => query.set('client_id', 'another')],
    ['an address that is not registered', (query) => query.set('redirect_uri', `${redirectUri}/`)],
    ['another response type', (query) => query.set('response_type', 'token')],
    ['a request without scopes', (query) => query.delete('scope')],
    ['a scope that does not exist', (query) => query.set('scope', '<script>')],
    ['a PKCE method that is not known', (query) => query.set('code_challenge_method', 'plain')],
  ])('refuses %s on the page itself', async (_, change) => {
    const { flow } = await start()
    const url = new URL((await flow.begin(input)).url)
    change(url.searchParams)
    const response = await fetch(url, { redirect: 'manual' })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).not.toContain('<script>')
  })

  it('passes on at once a person who has allowed the app before when the app does not ask', async () => {
    const { vendor, flow } = await start()
    await connect(vendor)
    const { cookie } = await visitConsent((await flow.begin(input)).url)
    const { url } = await flow.begin(input)
    const query = new URL(url)
    query.searchParams.delete('prompt')
    const response = await fetch(query, { redirect: 'manual', headers: { cookie } })
    expect(response.status).toBe(302)
  })
})

function withoutRevocation({ revoke: _, ...vendor }: Vendor): Vendor {
  return vendor
}
