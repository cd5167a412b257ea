import { expect, it } from 'vitest'
import { createSigningKey, goodClaims, signWith } from '../../support/fakes/scripted-issuer.ts'
import { baseDomain, https, markedConfig, startFleet } from '../../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../../support/fixtures/hosts.ts'
import { createBrowser } from '../../support/fixtures/sign-in/browser.ts'
import {
  alice,
  bob,
  callback,
  signIn,
  startWithProvider,
  startWithScript,
  status,
} from '../../support/fixtures/sign-in/fleet.ts'

const scopes = [['domain'], ['host']] as const
const aliceEmail = `alice@${baseDomain}`

describeOnBothHosts('signing in', (kind) => {
  it.each(scopes)('returns to the exact page where the sign-in began (%s scope)', async (scope) => {
    await using fleet = await startWithProvider(kind, { variables: { ADMIN_COOKIE_SCOPE: scope } })
    const browser = fleet.browser()
    expect(await status(browser, alice)).toEqual({ admin: false })
    const page = await signIn(browser, alice, '/?photo=a%20b.jpg#details')
    expect([page.status, page.url.href]).toEqual([200, `${alice}/?photo=a%20b.jpg#details`])
    expect(
      page.hops.map(({ origin }) => origin).filter((origin, index, all) => origin !== all[index - 1]),
    ).toEqual([alice, callback, fleet.provider.issuer, callback, alice])
    expect(await status(browser, alice)).toEqual({ admin: true, email: aliceEmail })
    expect((await browser.script(alice, '/api/images/list')).status).not.toBe(401)
  })

  it.each(scopes)(
    'signs in once for all tenants, without admin rights on other tenants (%s scope)',
    async (scope) => {
      await using fleet = await startWithProvider(kind, { variables: { ADMIN_COOKIE_SCOPE: scope } })
      const browser = fleet.browser()
      await signIn(browser, alice)
      const onBob = await signIn(browser, bob, '/?photo=x.jpg')
      expect(onBob.url.href).toBe(`${bob}/?photo=x.jpg`)
      expect(fleet.provider.prompts).toBe(1)
      expect(await status(browser, bob)).toEqual({ admin: false, email: aliceEmail })
      const refused = await browser.script(bob, '/api/images/list')
      expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'not_admin' }])
      expect(await status(browser, alice)).toEqual({ admin: true, email: aliceEmail })
    },
  )

  it('shares the session cookie with the other tenants in the domain scope', async () => {
    await using fleet = await startWithProvider(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    expect(await status(browser, bob)).toEqual({ admin: false, email: aliceEmail })
  })

  it('signs in at a second tenant without asking the provider in the host scope', async () => {
    await using fleet = await startWithProvider(kind, { variables: { ADMIN_COOKIE_SCOPE: 'host' } })
    const browser = fleet.browser()
    await signIn(browser, alice)
    expect(await status(browser, bob)).toEqual({ admin: false })
    const before = fleet.provider.requests.length
    await signIn(browser, bob)
    expect(fleet.provider.requests).toHaveLength(before)
  })

  it.each([
    ['domain', '__Secure-session', baseDomain, false],
    ['host', '__Host-session', `alice.${baseDomain}`, true],
  ])(
    'leaves a single cookie on the tenant, which scripts cannot read (%s scope)',
    async (scope, name, domain, isHostOnly) => {
      await using fleet = await startWithProvider(kind, {
        variables: { ADMIN_COOKIE_SCOPE: scope, WEB_ADMIN_COOKIE_TTL_SECONDS: '3600' },
      })
      const browser = fleet.browser()
      const page = await signIn(browser, alice)
      expect(page.status).toBe(200)
      const kept = browser.jar.all().filter((cookie) => cookie.domain !== '127.0.0.1')
      expect(kept.filter((cookie) => cookie.domain !== `app.${baseDomain}`)).toMatchObject([
        { name, domain, isHostOnly, path: '/', isSecure: true, sameSite: 'lax' },
      ])
      // Only the sign-out hint remains, on the callback host alone.
      const others = kept.filter((cookie) => cookie.name !== name)
      expect(others).toMatchObject([
        { name: '__Host-session-hint', domain: `app.${baseDomain}`, isHostOnly: true, isSecure: true },
      ])
    },
  )

  it('sets every attribute on cookies and forbids caching of the answers', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    const page = await browser.navigate(`${alice}/auth/login`, {
      stopBefore: ({ pathname }) => pathname === '/auth/callback',
    })
    const cookie = browser.jar.header(page.url)
    const answer = await fleet.host.request(page.url.host, page.url.pathname + page.url.search, {
      headers: { ...https, cookie },
    })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    const session = answer.headers.getSetCookie().find((line) => line.startsWith('__Secure-session='))
    expect(session?.split('; ').slice(1)).toEqual([
      'Max-Age=604800',
      `Domain=.${baseDomain}`,
      'Path=/',
      'HttpOnly',
      'Secure',
      'SameSite=Lax',
    ])
  })

  it('asks for a code with PKCE (S256) and a fresh state and nonce each time', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    await signIn(browser, alice)
    const [first, second] = fleet.issuer.authorizations
    expect(Object.fromEntries(first ?? [])).toMatchObject({
      response_type: 'code',
      client_id: 'publisher',
      redirect_uri: `${callback}/auth/callback`,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first?.get(name)).toMatch(/^[\w-]{43}$/)
      expect(first?.get(name)).not.toBe(second?.get(name))
    }
    expect(Object.fromEntries(fleet.issuer.tokenRequests[0] ?? [])).toMatchObject({
      grant_type: 'authorization_code',
      redirect_uri: `${callback}/auth/callback`,
      client_id: 'publisher',
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  it('completes concurrent sign-ins in several tabs in any order', async () => {
    await using fleet = await startWithScript(kind, { variables: { ADMIN_COOKIE_SCOPE: 'host' } })
    const browser = fleet.browser()
    const atCallback = (url: URL) => url.pathname === '/auth/callback'
    const first = await browser.navigate(`${alice}/auth/login?return_to=/?photo=1.jpg`, {
      stopBefore: atCallback,
    })
    const second = await browser.navigate(`${alice}/auth/login?return_to=/?photo=2.jpg`, {
      stopBefore: atCallback,
    })
    expect((await browser.navigate(second.url)).url.href).toBe(`${alice}/?photo=2.jpg`)
    expect((await browser.navigate(first.url)).url.href).toBe(`${alice}/?photo=1.jpg`)
  })

  it('drops the oldest pending sign-in beyond three tabs, so that cookies do not accumulate', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    const atCallback = (url: URL) => url.pathname === '/auth/callback'
    const tabs = []
    for (let tab = 0; tab < 6; tab++)
      tabs.push(await browser.navigate(`${alice}/auth/login`, { stopBefore: atCallback }))
    const pending = browser.jar.all().filter(({ name }) => name.startsWith('__Host-sign-in-'))
    expect(pending).toHaveLength(3)
    expect((await browser.navigate(tabs[0]?.url ?? '')).status).toBe(400)
    expect((await browser.navigate(tabs[5]?.url ?? '')).status).toBe(200)
  })

  it('shows a page with a way back when the person cancels or the provider refuses', async () => {
    await using fleet = await startWithProvider(kind)
    fleet.provider.person = null
    const browser = fleet.browser()
    const page = await signIn(browser, alice, '/?photo=x.jpg')
    expect([page.status, page.url.pathname]).toEqual([403, '/auth/callback'])
    expect(page.text).toContain(`href="${alice}/?photo=x.jpg"`)
    expect(page.text).not.toContain('cancelled&')
    expect(await status(browser, alice)).toEqual({ admin: false })
  })

  it('never repeats a provider’s error text', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.answer = {
      code: undefined,
      error: 'canary<script>',
      error_description: 'canary',
      error_uri: 'https://canary.example',
    }
    const page = await signIn(fleet.browser(), alice)
    expect(page.status).toBe(403)
    expect(page.text).not.toContain('canary')
  })

  it('answers 503 during a provider outage and recovers afterwards', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.isDown = true
    const browser = fleet.browser()
    const page = await signIn(browser, alice)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '30'])
    expect(page.text).toContain('Signing in does not work at the moment')
    expect((await browser.script(alice, '/api/config/features')).status).toBe(200)
    fleet.issuer.isDown = false
    expect((await browser.navigate(page.url)).url.href).toBe(`${alice}/`)
  })

  it.each([
    ['refuses our secret', 401, '{"error":"invalid_client"}'],
    ['answers 500', 500, ''],
    ['answers no JSON', 200, '<html>'],
    ['answers without an ID token', 200, '{"access_token":"x","token_type":"Bearer"}'],
  ])('answers 503 with a way back when the token endpoint %s', async (_title, code, body) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.tokenAnswer = { status: code, body, headers: { 'content-type': 'application/json' } }
    const page = await signIn(fleet.browser(), alice)
    expect(page.status).toBe(503)
    expect(page.text).toContain(`href="${alice}/"`)
  })

  it.each([
    ['names another issuer', { issuer: 'https://evil.example/' }],
    ['names the issuer with an extra slash', { issuer: 'same/' }],
    ['has no keys', { jwks_uri: undefined }],
    ['has an invalid endpoint', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('answers 503 when the discovery document %s', async (_title, change) => {
    await using fleet = await startWithScript(kind)
    const issuer =
      'issuer' in change && change.issuer === 'same/' ? { issuer: `${fleet.issuer.issuer}/` } : {}
    fleet.issuer.metadata = { ...fleet.issuer.metadata, ...change, ...issuer }
    expect((await signIn(fleet.browser(), alice)).status).toBe(503)
  })

  it('discovers the provider only on first use, once for concurrent sign-ins', async () => {
    await using fleet = await startWithScript(kind)
    await status(fleet.browser(), alice)
    expect(fleet.issuer.requests).toEqual([])
    await Promise.all(Array.from({ length: 20 }, () => signIn(fleet.browser(), alice)))
    expect(fleet.issuer.requests.filter((path) => path.startsWith('/.well-known/'))).toHaveLength(1)
  })

  it('accepts a new signing key of the provider without a restart', async () => {
    await using fleet = await startWithScript(kind)
    expect((await signIn(fleet.browser(), alice)).url.href).toBe(`${alice}/`)
    const next = await createSigningKey('next')
    fleet.issuer.keys = [next]
    fleet.issuer.idToken = (nonce, { issuer }) => signWith(next, goodClaims(nonce, issuer))
    const browser = fleet.browser()
    await signIn(browser, alice)
    // Unknown keys trigger a reload at most every 30 s, so that forged keys cannot make us flood the provider.
    expect(fleet.issuer.requests.filter((path) => path === '/jwks').length).toBeLessThanOrEqual(2)
  })

  it('keeps scheme and port in development redirects', async () => {
    const variables = { FORCE_HTTPS: 'false', WEB_SECURE_COOKIES: 'false' }
    await using fleet = await startWithScript(kind, { variables })
    const browser = fleet.browser()
    const page = await browser.navigate(`http://alice.${baseDomain}:8080/auth/login?return_to=/?photo=x.jpg`)
    expect(page.url.href).toBe(`http://alice.${baseDomain}:8080/?photo=x.jpg`)
    expect(fleet.issuer.authorizations[0]?.get('redirect_uri')).toBe(
      `http://app.${baseDomain}:8080/auth/callback`,
    )
    expect(browser.jar.all()).toMatchObject([
      { name: 'session', domain: baseDomain, isSecure: false },
      { name: 'session-hint', domain: `app.${baseDomain}`, isSecure: false },
    ])
    expect((await status(browser, `http://bob.${baseDomain}:8080`)).email).toBe(`person@${baseDomain}`)
  })

  it('signs in on localhost, where a browser accepts no cookie for all tenants', async () => {
    const variables = {
      FORCE_HTTPS: 'false',
      WEB_SECURE_COOKIES: 'false',
      ORCHESTRATOR_BASE_DOMAIN: 'localhost',
    }
    await using fleet = await startWithScript(kind, { variables })
    for (const name of ['alice', 'bob']) {
      const config = { ...markedConfig(true), auth: { allowed_emails: [`person@${baseDomain}`] } }
      fleet.orchestrator.tenants.set(`${name}.localhost`, { config })
    }
    const browser = createBrowser(fleet.host, 'localhost')
    for (const tenant of ['http://alice.localhost:8080', 'http://bob.localhost:8080']) {
      expect((await signIn(browser, tenant)).url.href).toBe(`${tenant}/`)
      expect((await status(browser, tenant)).admin).toBe(true)
    }
    expect(fleet.issuer.authorizations).toHaveLength(1)
  })

  it('disables sign-in when the tenant disables it, even for signed-in people', async () => {
    await using fleet = await startWithProvider(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    fleet.allow('bob', { enabled: false, allowed_emails: [aliceEmail] })
    expect(await status(browser, bob)).toEqual({ admin: false })
    const features = await browser.script(bob, '/api/config/features')
    expect(await features.json()).toMatchObject({ auth_mode: 'none' })
    const login = await browser.navigate(`${bob}/auth/login`)
    expect([login.status, login.hops.length]).toEqual([503, 1])
    const viewer = await browser.script(bob, '/api/images/list')
    expect([viewer.status, await viewer.json()]).toMatchObject([503, { code: 'sign_in_unavailable' }])
  })

  it('disables sign-in everywhere without a provider and answers 404 on the callback host', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, { config: markedConfig(true) })
    expect((await fleet.get('alice', '/auth/login')).status).toBe(503)
    expect(await (await fleet.get('alice', '/api/config/features')).json()).toMatchObject({
      auth_mode: 'none',
    })
    expect((await fleet.get('app', '/auth/callback?state=x')).status).toBe(404)
  })

  it('announces sign-in and keeps session-dependent answers out of shared caches', async () => {
    await using fleet = await startWithProvider(kind)
    const browser = fleet.browser()
    const features = await browser.script(alice, '/api/config/features')
    expect(await features.json()).toMatchObject({ auth_mode: 'auth0' })
    const { headers } = await browser.script(alice, '/api/admin/status')
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['private, no-store', 'Cookie'])
    for (const path of ['/api/images/list', '/api/images/x.jpg/thumbnail']) {
      const refused = await browser.script(alice, path)
      expect([refused.status, refused.headers.get('cache-control')]).toEqual([401, 'no-store'])
    }
  })

  it('has no password login of our own', async () => {
    await using fleet = await startWithProvider(kind)
    const response = await fleet.browser().script(alice, '/api/admin/login', { method: 'POST', body: '{}' })
    expect(response.status).toBe(404)
  })
})
