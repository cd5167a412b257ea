/** The emulated sign-ins of Instagram and Mastodon refuse what the real ones refuse. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { startInstagramEmulator } from '../../dev/emulators/instagram.ts'
import { startMastodonEmulator } from '../../dev/emulators/mastodon.ts'
import { visitConsent } from '../support/fixtures/consent.ts'

const redirectUri = 'https://app.example/callback'
const app = { id: 'app', secret: 'secret' }
const dayMs = 86_400_000

async function startInstagram() {
  let time = Date.now()
  const instagram = await startInstagramEmulator({
    accounts: [{ userId: '17841400000000001', username: 'alice', token: 'token' }],
    app,
    now: () => time,
  })
  onTestFinished(instagram.close)
  const page = (change: Record<string, string> = {}) => {
    const query = {
      client_id: app.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'instagram_business_basic',
      state: 'state',
    }
    return `${instagram.url}/oauth/authorize?${new URLSearchParams({ ...query, ...change })}`
  }
  const codeOf = async () => (await visitConsent(page())).answer.get('code') ?? ''
  const exchange = (code: string, change: Record<string, string> = {}) =>
    sent(`${instagram.url}/oauth/access_token`, {
      ...{ client_id: app.id, client_secret: app.secret, redirect_uri: redirectUri },
      ...{ grant_type: 'authorization_code', code, ...change },
    })
  const get = async (path: string, query: Record<string, string>) => {
    const response = await fetch(`${instagram.url}${path}?${new URLSearchParams(query)}`)
    return { status: response.status, body: await response.json() }
  }
  return {
    instagram,
    page,
    codeOf,
    exchange,
    get,
    pass: (ms: number) => {
      time += ms
    },
  }
}

async function sent(url: string, form: Record<string, string>) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, body: await response.json() }
}

describe('the emulated sign-in of Instagram', () => {
  it.each([
    [{ client_id: 'other' }, 'Invalid platform app'],
    [{ scope: 'instagram_business_basic instagram_business_content_publish' }, 'Invalid Scopes'],
    [{ scope: 'business_basic' }, 'Invalid Scopes'],
    [{ redirect_uri: 'javascript:alert(1)' }, 'Invalid redirect_uri'],
    [{ response_type: 'token' }, 'Invalid response_type'],
  ])('shows an error in place of the page for %j', async (change, words) => {
    const { page } = await startInstagram()
    const response = await fetch(page(change))
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(words)])
  })

  it('takes a code once, within an hour, with the secret and the same redirect address', async () => {
    const { codeOf, exchange, pass } = await startInstagram()
    const code = await codeOf()
    for (const change of [{ client_secret: 'x' }, { redirect_uri: `${redirectUri}/` }, { grant_type: 'x' }])
      expect((await exchange(code, change)).status).toBe(400)
    expect(await exchange(code)).toMatchObject({
      status: 200,
      body: { permissions: ['instagram_business_basic'] },
    })
    expect((await exchange(code)).body.error_message).toContain('has been used')
    const late = await codeOf()
    pass(dayMs)
    expect((await exchange(late)).body.error_message).toContain('has expired')
  })

  it('exchanges a token of an hour, and refreshes a token of 60 days only after a day', async () => {
    const { codeOf, exchange, get, pass } = await startInstagram()
    const short = (await exchange(await codeOf())).body.access_token
    const asked = { grant_type: 'ig_exchange_token', client_secret: app.secret, access_token: short }
    expect((await get('/access_token', { ...asked, client_secret: 'x' })).status).toBe(400)
    const { access_token, expires_in } = (await get('/access_token', asked)).body
    expect(expires_in).toBe(5_184_000)
    const refresh = { grant_type: 'ig_refresh_token', access_token }
    expect((await get('/refresh_access_token', refresh)).body.error.message).toContain('24 hours')
    pass(dayMs)
    expect((await get('/refresh_access_token', refresh)).status).toBe(200)
    expect((await get('/access_token', asked)).body.error).toMatchObject({ code: 190, error_subcode: 463 })
    pass(60 * dayMs)
    expect((await get('/refresh_access_token', refresh)).body.error.code).toBe(190)
  })
})

async function startMastodon(flavour: 'mastodon' | 'pixelfed' = 'mastodon') {
  const server = await startMastodonEmulator({ flavour, accounts: [{ username: 'alice', token: 'token' }] })
  onTestFinished(server.close)
  const scopes = flavour === 'pixelfed' ? 'read write' : 'write:media'
  const register = (change: Record<string, string> = {}) =>
    sent(`${server.url}/api/v1/apps`, { client_name: 'App', redirect_uris: redirectUri, scopes, ...change })
  const client = (await register()).body
  const page = (change: Record<string, string> = {}) => {
    const query = {
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: scopes,
    }
    return `${server.url}/oauth/authorize?${new URLSearchParams({ ...query, ...change })}`
  }
  const token = (form: Record<string, string>) =>
    sent(`${server.url}/oauth/token`, {
      client_id: client.client_id,
      client_secret: client.client_secret,
      redirect_uri: redirectUri,
      ...form,
    })
  return { server, register, page, token }
}

describe('the emulated sign-in of Mastodon', () => {
  it.each([{ client_name: '' }, { redirect_uris: 'no address' }, { scopes: 'write:everything' }])(
    'registers no app with %j',
    async (change) => {
      const { register } = await startMastodon()
      expect((await register(change)).status).toBe(422)
    },
  )

  it.each([
    { client_id: 'other' },
    { redirect_uri: `${redirectUri}/` },
    { response_type: 'token' },
    { scope: 'write:media write:statuses' },
  ])('shows an error in place of the page for %j', async (change) => {
    const { page } = await startMastodon()
    expect((await fetch(page(change))).status).toBe(400)
  })

  it('takes a code once, with the secret, the same redirect address and the verifier', async () => {
    const { page, token } = await startMastodon()
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const codeOf = async () =>
      (await visitConsent(page({ code_challenge: challenge, code_challenge_method: 'S256' }))).answer.get(
        'code',
      ) ?? ''
    const grant = { grant_type: 'authorization_code', code: await codeOf(), code_verifier }
    expect(await token({ ...grant, client_secret: 'x' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
    expect(await token(grant)).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', scope: 'write:media' },
    })
    expect(await token(grant)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    const other = { ...grant, code: await codeOf(), code_verifier: 'x'.repeat(43) }
    expect((await token(other)).body.error).toBe('invalid_grant')
  })

  it('revokes only tokens of the same app', async () => {
    const { server, register, page, token } = await startMastodon()
    const code = (await visitConsent(page())).answer.get('code') ?? ''
    const { access_token } = (await token({ grant_type: 'authorization_code', code })).body
    const { client_id, client_secret } = (await register()).body
    const revocation = await sent(`${server.url}/oauth/revoke`, {
      client_id,
      client_secret,
      token: access_token,
    })
    expect(revocation.status).toBe(403)
  })

  it('gives refresh tokens that work once where tokens expire', async () => {
    const { page, token } = await startMastodon('pixelfed')
    const code = (await visitConsent(page())).answer.get('code') ?? ''
    const { refresh_token } = (await token({ grant_type: 'authorization_code', code })).body
    expect((await token({ grant_type: 'refresh_token', refresh_token })).status).toBe(200)
    expect((await token({ grant_type: 'refresh_token', refresh_token })).status).toBe(400)
  })
})
