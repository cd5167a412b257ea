import { expect, it } from 'vitest'
import { tokenFor } from '../../support/fakes/scripted-issuer.ts'
import { baseDomain, https } from '../../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../../support/fixtures/hosts.ts'
import {
  alice,
  bob,
  callback,
  evil,
  signIn,
  startWithProvider,
  startWithScript,
  status,
} from '../../support/fixtures/sign-in/fleet.ts'

const scopes = [['domain'], ['host']] as const
const inScope = (scope: string) => ({ variables: { ADMIN_COOKIE_SCOPE: scope } })
const atCallback = ({ pathname }: URL) => pathname === '/auth/callback'
const atEnter = ({ pathname }: URL) => pathname === '/auth/enter'

/** Creates another state that selects the same cookie. */
function beginningLike({ searchParams }: URL): string {
  return (searchParams.get('state') ?? '').slice(0, 8).padEnd(43, 'A')
}

describeOnBothHosts('attacks on the sign-in', (kind) => {
  it.each(scopes)(
    'refuses an attacker’s callback URL in another browser (login CSRF, %s scope)',
    async (scope) => {
      await using fleet = await startWithScript(kind, inScope(scope))
      const attacker = fleet.browser()
      const { url } = await attacker.navigate(`${alice}/auth/login`, { stopBefore: atCallback })
      const victim = fleet.browser()
      const page = await victim.navigate(url, { from: new URL('https://evil.example/') })
      expect(page.status).toBe(400)
      expect(await status(victim, alice)).toEqual({ admin: false })
      expect(fleet.issuer.tokenRequests).toEqual([])
      // The victim's click changes nothing for the attacker, who can still complete the sign-in.
      expect((await attacker.navigate(url)).status).toBe(200)
    },
  )

  it('refuses a code with the state of another sign-in of the same browser', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    const first = await browser.navigate(`${alice}/auth/login`, { stopBefore: atCallback })
    const second = await browser.navigate(`${alice}/auth/login`, { stopBefore: atCallback })
    const mixed = new URL(first.url)
    mixed.searchParams.set('code', second.url.searchParams.get('code') ?? '')
    // The scripted provider does not check PKCE, so the nonce must protect here.
    expect((await browser.navigate(mixed)).status).toBe(403)
    expect(await status(browser, alice)).toEqual({ admin: false })
  })

  it.each<[title: string, forge: (url: URL) => void, status: number]>([
    ['no state', (url) => url.searchParams.delete('state'), 400],
    ['a made-up state', (url) => url.searchParams.set('state', 'a'.repeat(43)), 400],
    ['an extended state', (url) => url.searchParams.set('state', `${url.searchParams.get('state')}A`), 400],
    ['a state with only the right prefix', (url) => url.searchParams.set('state', beginningLike(url)), 400],
    ['two states', (url) => url.searchParams.append('state', 'a'.repeat(43)), 403],
    ['no code', (url) => url.searchParams.delete('code'), 403],
    ['two codes', (url) => url.searchParams.append('code', 'another'), 403],
    ['an invented code', (url) => url.searchParams.set('code', 'nonsense'), 403],
    ['an ID token in the address', (url) => url.searchParams.set('id_token', 'a.b.c'), 403],
  ])('refuses a forged callback with %s', async (_title, forge, expected) => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    const { url } = await browser.navigate(`${alice}/auth/login`, { stopBefore: atCallback })
    forge(url)
    expect((await browser.navigate(url)).status).toBe(expected)
    expect(await status(browser, alice)).toEqual({ admin: false })
  })

  it('refuses duplicate cookies of a sign-in', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    const { url } = await browser.navigate(`${alice}/auth/login`, { stopBefore: atCallback })
    const cookie = browser.jar.header(url)
    const { pathname, search, host } = url
    const send = (sent: string) =>
      fleet.host.request(host, pathname + search, { headers: { ...https, cookie: sent } })
    expect((await send(`${cookie}; ${cookie}`)).status).toBe(400)
    expect((await send(cookie)).status).toBe(303)
  })

  it('accepts a callback only once, even with a copy of the browser’s cookies (state replay)', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    const { url } = await browser.navigate(`${alice}/auth/login`, { stopBefore: atCallback })
    const copy = fleet.browser(browser.jar.copy())
    expect((await browser.navigate(url)).status).toBe(200)
    expect((await browser.navigate(url)).status).toBe(400)
    expect((await copy.navigate(url)).status).toBe(400)
    expect(fleet.issuer.tokenRequests).toHaveLength(1)
    expect(await status(copy, alice)).toEqual({ admin: false })
  })

  it('refuses a real provider’s used code in a second sign-in (code replay)', async () => {
    await using fleet = await startWithProvider(kind)
    const browser = fleet.browser()
    const used = await browser.navigate(`${alice}/auth/login`, { stopBefore: atCallback })
    await browser.navigate(used.url)
    const other = fleet.browser()
    const { url } = await other.navigate(`${alice}/auth/login`, { stopBefore: atCallback })
    url.searchParams.set('code', used.url.searchParams.get('code') ?? '')
    expect((await other.navigate(url)).status).toBe(403)
    expect(await status(other, alice)).toEqual({ admin: false })
  })

  it.each([
    ['names another issuer', 'https://evil.example/'],
    ['names the issuer with an extra slash', 'own/'],
  ])('does not redeem the code of an answer that %s (issuer mix-up)', async (_title, iss) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.answer = { iss: iss === 'own/' ? `${fleet.issuer.issuer}/` : iss }
    const browser = fleet.browser()
    expect((await signIn(browser, alice)).status).toBe(403)
    expect(fleet.issuer.tokenRequests).toEqual([])
    expect(await status(browser, alice)).toEqual({ admin: false })
  })

  it('refuses an answer without iss when the provider promises iss (issuer mix-up)', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.metadata = { ...fleet.issuer.metadata, authorization_response_iss_parameter_supported: true }
    expect((await signIn(fleet.browser(), alice)).status).toBe(403)
    fleet.issuer.answer = { iss: fleet.issuer.issuer }
    expect((await signIn(fleet.browser(), alice)).status).toBe(200)
  })

  it.each(scopes)('replaces any planted session at sign-in (session fixation, %s scope)', async (scope) => {
    await using fleet = await startWithScript(kind, inScope(scope))
    const attacker = fleet.browser()
    fleet.issuer.idToken = tokenFor('attacker')
    await signIn(attacker, alice)
    const planted = attacker.jar.all().filter(({ name }) => name.endsWith('session'))
    const victim = fleet.browser()
    for (const { name, value } of planted) {
      // Cookies that a sibling's page or a network attacker could set. Browsers refuse the `__Host-` cookies.
      victim.jar.store(`${name}=${value}; Domain=${baseDomain}; Path=/; Secure; HttpOnly`, new URL(evil))
    }
    fleet.issuer.idToken = tokenFor('person')
    await signIn(victim, alice)
    expect(await status(victim, alice)).toEqual({ admin: true, email: `person@${baseDomain}` })
    const kept = victim.jar
      .all()
      .filter(({ name }) => name.endsWith('session'))
      .map(({ value }) => value)
    for (const { value } of planted) expect(kept).not.toContain(value)
  })

  it('refuses a tenant host’s sign-in code in another browser (host scope)', async () => {
    await using fleet = await startWithScript(kind, inScope('host'))
    const attacker = fleet.browser()
    const { url } = await attacker.navigate(`${alice}/auth/login`, { stopBefore: atEnter })
    const victim = fleet.browser()
    expect((await victim.navigate(url)).status).toBe(400)
    // A browser with a pending sign-in of its own refuses the code, too.
    await victim.navigate(`${alice}/auth/login`, { stopBefore: atEnter })
    expect((await victim.navigate(url)).status).toBe(400)
    expect(await status(victim, alice)).toEqual({ admin: false })
  })

  it('accepts a tenant host’s sign-in code only once, even with copied cookies (host scope)', async () => {
    await using fleet = await startWithScript(kind, inScope('host'))
    const browser = fleet.browser()
    const { url } = await browser.navigate(`${alice}/auth/login`, { stopBefore: atEnter })
    const copy = fleet.browser(browser.jar.copy())
    expect((await browser.navigate(url)).status).toBe(200)
    expect((await browser.navigate(url)).status).toBe(400)
    expect((await copy.navigate(url)).status).toBe(400)
  })

  it('refuses a tenant host’s sign-in code on another tenant’s host (host scope)', async () => {
    await using fleet = await startWithScript(kind, inScope('host'))
    const browser = fleet.browser()
    const { url } = await browser.navigate(`${alice}/auth/login`, { stopBefore: atEnter })
    await browser.navigate(`${bob}/auth/login`, { stopBefore: atEnter })
    const moved = new URL(url.pathname + url.search, bob)
    expect((await browser.navigate(moved)).status).toBe(400)
    expect(await status(browser, bob)).toEqual({ admin: false })
  })

  it('refuses sibling hosts’ attempts to plant the cookie that the code is checked against (host scope)', async () => {
    await using fleet = await startWithScript(kind, inScope('host'))
    const attacker = fleet.browser()
    const { url } = await attacker.navigate(`${alice}/auth/login`, { stopBefore: atEnter })
    const victim = fleet.browser()
    for (const { name, value } of attacker.jar.all().filter((cookie) => cookie.name.includes('enter'))) {
      expect(victim.jar.store(`${name}=${value}; Domain=${baseDomain}; Path=/; Secure`, new URL(evil))).toBe(
        false,
      )
    }
    expect((await victim.navigate(url)).status).toBe(400)
  })

  it('has no sign-in code in the domain scope', async () => {
    await using fleet = await startWithScript(kind)
    expect((await fleet.browser().navigate(`${alice}/auth/enter?code=x`)).status).toBe(404)
  })

  it.each([
    'nonsense',
    '',
    'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaaaaaaaaaaaaaa.aaaa.aaaaaaaaaaaaaaaaaaaaaa',
  ])('refuses the forged request %j on the callback host', async (request) => {
    await using fleet = await startWithScript(kind)
    for (const path of ['/auth/start', '/auth/end']) {
      const page = await fleet.browser().navigate(`${callback}${path}?${new URLSearchParams({ request })}`)
      expect([page.status, page.hops.length]).toEqual([400, 1])
    }
  })

  it('refuses sealed tokens used for another purpose', async () => {
    await using fleet = await startWithScript(kind, inScope('host'))
    const browser = fleet.browser()
    const { url, hops } = await browser.navigate(`${alice}/auth/login`, { stopBefore: atEnter })
    const login = hops.find(({ pathname }) => pathname === '/auth/start')?.searchParams.get('request') ?? ''
    const handOver = url.searchParams.get('code') ?? ''
    const session = browser.jar.all().find(({ name }) => name === '__Host-session')?.value ?? ''
    expect([login, handOver, session].every((token) => token.startsWith('eyJ'))).toBe(true)
    for (const token of [handOver, session]) {
      expect((await fleet.browser().navigate(`${callback}/auth/start?request=${token}`)).status).toBe(400)
    }
    for (const token of [login, handOver, session]) {
      expect((await fleet.browser().navigate(`${callback}/auth/end?request=${token}`)).status).toBe(400)
    }
    for (const token of [login, session]) {
      expect((await browser.navigate(`${alice}/auth/enter?code=${token}`)).status).toBe(400)
    }
    for (const token of [login, handOver, session]) {
      const thief = fleet.browser()
      thief.jar.store(`__Host-session=${token}; Path=/; Secure`, new URL(alice))
      expect(await status(thief, alice)).toEqual({ admin: false })
    }
  })

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    '/.//evil.example/',
    '\\\\evil.example',
    'javascript:alert(1)',
    '/auth/login',
    '/%61uth/login?return_to=/',
    '/auth/logout',
    ` /`,
    `/${'a'.repeat(5000)}`,
    '/\r\nset-cookie: x=y',
  ])('replaces the open redirect %j by the tenant’s home page', async (returnTo) => {
    await using fleet = await startWithScript(kind)
    const page = await signIn(fleet.browser(), alice, returnTo)
    expect(page.url.href).toBe(`${alice}/`)
  })

  it('uses the configured callback host for any spelling of Host and ignores forwarding headers', async () => {
    await using fleet = await startWithScript(kind)
    const location = async (host: string, path: string, headers: Record<string, string> = {}) => {
      const response = await fleet.host.request(host, path, { headers: { ...https, ...headers } })
      return response.headers.get('location')
    }
    const spellings = [`alice.${baseDomain}`, `ALICE.${baseDomain}:8443`, `alice.${baseDomain}.`]
    for (const host of spellings) {
      const start = await location(host, '/auth/login', {
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
        'x-forwarded-port': '1234',
      })
      expect(start).toMatch(new RegExp(`^${callback}/auth/start\\?request=`))
      for (const app of [`app.${baseDomain}`, `APP.${baseDomain}:99`, `app.${baseDomain}.`]) {
        const authorize = new URL(
          (await location(app, start?.slice(callback.length) ?? '', {
            'x-forwarded-host': 'evil.example',
          })) ?? '',
        )
        expect(authorize.origin).toBe(fleet.issuer.issuer)
        expect(authorize.searchParams.get('redirect_uri')).toBe(`${callback}/auth/callback`)
      }
    }
  })

  it.each([
    `nobody.${baseDomain}`,
    `www.${baseDomain}`,
    baseDomain,
    `x.app.${baseDomain}`,
    'evil.example',
    '127.0.0.1',
  ])('has no sign-in on the host %s', async (host) => {
    await using fleet = await startWithScript(kind)
    for (const path of [
      '/auth/login',
      '/auth/start?request=x',
      '/auth/callback?state=x',
      '/auth/enter',
      '/auth/logout',
      '/auth/ended',
    ]) {
      const response = await fleet.host.request(host, path, { headers: https })
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'tenant_not_found' }])
    }
  })

  it('answers 404 for non-sign-in paths on the callback host, and for its paths elsewhere', async () => {
    await using fleet = await startWithScript(kind)
    const nobody = await fleet.host.request(`nobody.${baseDomain}`, '/', {
      headers: { ...https, 'x-request-id': 'same' },
    })
    nobody.headers.delete('date')
    const oneAnswer = JSON.stringify([[...nobody.headers], await nobody.text()])
    const paths = [
      '/',
      '/index.html',
      '/openapi.json',
      '/api/admin/status',
      '/api/images/list',
      '/auth',
      '/auth/login',
      '/auth/enter?code=x',
      '/auth/logout',
    ]
    for (const [method, path] of [
      ...paths.map((path) => ['GET', path]),
      ['POST', '/auth/callback'],
      ['POST', '/auth/logout'],
      ['DELETE', '/auth/end'],
    ]) {
      const response = await fleet.host.request(`app.${baseDomain}`, path ?? '', {
        method: method ?? '',
        headers: { ...https, 'x-request-id': 'same' },
      })
      response.headers.delete('date')
      expect(response.status).toBe(404)
      expect(JSON.stringify([[...response.headers], await response.text()])).toBe(oneAnswer)
    }
    for (const path of [
      '/auth/start?request=x',
      '/auth/callback?state=x',
      '/auth/end?request=x',
      '/auth/ended',
    ]) {
      const response = await fleet.host.request(`alice.${baseDomain}`, path, { headers: https })
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }])
    }
    expect((await fleet.host.request(`app.${baseDomain}`, '/health')).status).toBe(200)
  })

  it('redirects every step of the sign-in to HTTPS', async () => {
    await using fleet = await startWithScript(kind)
    for (const host of [`alice.${baseDomain}`, `app.${baseDomain}`]) {
      const path = host.startsWith('app') ? '/auth/callback?state=x' : '/auth/login'
      const response = await fleet.host.request(host, path, { headers: { 'x-forwarded-proto': 'http' } })
      expect([response.status, response.headers.get('location')]).toEqual([308, `https://${host}${path}`])
      expect(response.headers.getSetCookie()).toEqual([])
    }
  })
})
