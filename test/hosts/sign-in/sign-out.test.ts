import { expect, it } from 'vitest'
import { baseDomain } from '../../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../../support/fixtures/hosts.ts'
import type { Browser } from '../../support/fixtures/sign-in/browser.ts'
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
const nobody = { admin: false }

function signOut(browser: Browser, tenant: string, returnTo = '/') {
  const url = `${tenant}/auth/logout?${new URLSearchParams({ return_to: returnTo })}`
  return browser.navigate(url, { method: 'POST', from: new URL(tenant) })
}

function sessions({ jar }: Browser): string[] {
  return jar
    .all()
    .filter(({ name, domain }) => name.endsWith('session') && domain !== '127.0.0.1')
    .map(({ domain }) => domain)
}

describeOnBothHosts('signing out', (kind) => {
  it.each(scopes)(
    'returns to the page where the sign-out began, through the provider and one callback URL (%s scope)',
    async (scope) => {
      await using fleet = await startWithScript(kind, inScope(scope))
      const browser = fleet.browser()
      await signIn(browser, alice)
      const page = await signOut(browser, alice, '/?photo=x.jpg')
      expect([page.status, page.url.href]).toEqual([200, `${alice}/?photo=x.jpg`])
      expect(page.hops.map((url) => url.origin + url.pathname)).toEqual([
        `${alice}/auth/logout`,
        `${callback}/auth/end`,
        `${fleet.issuer.issuer}/logout`,
        `${callback}/auth/ended`,
        `${alice}/`,
      ])
      const asked = page.hops[2]?.searchParams
      expect(asked && Object.fromEntries(asked)).toEqual({
        client_id: 'publisher',
        id_token_hint: fleet.issuer.granted.at(-1),
        post_logout_redirect_uri: `${callback}/auth/ended`,
      })
      expect(await status(browser, alice)).toEqual(nobody)
      expect(sessions(browser)).toEqual([])
    },
  )

  it.each(scopes)(
    'ends the session at a real provider, so that the next sign-in prompts again (%s scope)',
    async (scope) => {
      await using fleet = await startWithProvider(kind, inScope(scope))
      const browser = fleet.browser()
      await signIn(browser, alice)
      const question = await signOut(browser, alice, '/?photo=x.jpg')
      expect(question.url.origin).toBe(fleet.provider.issuer)
      expect(fleet.provider.logoutHints).toEqual([true])
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(question.text)?.[1] ?? ''
      const page = await browser.navigate(`${fleet.provider.issuer}/session/end/confirm`, {
        method: 'POST',
        from: question.url,
        body: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
      })
      expect(page.url.href).toBe(`${alice}/?photo=x.jpg`)
      fleet.provider.person = 'test|bob'
      await signIn(browser, alice)
      expect(fleet.provider.prompts).toBe(2)
      expect(await status(browser, alice)).toEqual({ admin: false, email: `bob@${baseDomain}` })
    },
  )

  it('ends the session on all tenants in the domain scope', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    await signOut(browser, bob)
    expect(await status(browser, alice)).toEqual(nobody)
  })

  it('ends the sessions of all hosts at once in the host scope', async () => {
    await using fleet = await startWithScript(kind, inScope('host'))
    const browser = fleet.browser()
    await signIn(browser, alice)
    await signIn(browser, bob)
    await signOut(browser, bob)
    // The other host still has its cookie, but the session has ended.
    expect(sessions(browser)).toEqual([`alice.${baseDomain}`])
    expect(await status(browser, alice)).toEqual(nobody)
    const before = fleet.issuer.authorizations.length
    await signIn(browser, bob)
    expect(fleet.issuer.authorizations).toHaveLength(before + 1)
  })

  it('completes a sign-out without a session and during a provider outage', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    expect((await signOut(browser, alice)).url.href).toBe(`${alice}/`)
    await using lonely = await startWithScript(kind)
    lonely.issuer.isDown = true
    expect((await signOut(lonely.browser(), alice)).url.href).toBe(`${alice}/`)
  })

  it('completes a sign-out when the provider has no sign-out endpoint', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.metadata = { ...fleet.issuer.metadata, end_session_endpoint: undefined }
    const browser = fleet.browser()
    await signIn(browser, alice)
    expect((await signOut(browser, alice)).url.href).toBe(`${alice}/`)
    expect(await status(browser, alice)).toEqual(nobody)
  })

  it('completes a sign-out when the tenant has disabled sign-in in the meantime', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    fleet.allow('bob', { enabled: false })
    await signOut(browser, bob)
    expect(sessions(browser)).toEqual([])
  })

  it('shows a goodbye page when the return address is unknown', async () => {
    await using fleet = await startWithScript(kind)
    const page = await fleet.browser().navigate(`${callback}/auth/ended`)
    expect([page.status, page.text.includes('You are signed out')]).toEqual([200, true])
  })

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example'])(
    'replaces the open redirect %j by the home page',
    async (returnTo) => {
      await using fleet = await startWithScript(kind)
      expect((await signOut(fleet.browser(), alice, returnTo)).url.href).toBe(`${alice}/`)
    },
  )

  it.each([
    ['same-origin', true],
    ['none', false],
    ['same-site', false],
    ['cross-site', false],
    [undefined, false],
  ])('signs out by a link only when Sec-Fetch-Site is same-origin (%s: %s)', async (site, isDone) => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    const cookie = browser.jar.header(new URL(alice))
    const response = await fleet.host.request(
      `alice.${baseDomain}`,
      '/auth/logout?return_to=/?a=%22%3E%3Cb%3E',
      {
        headers: { 'x-forwarded-proto': 'https', cookie, ...(site && { 'sec-fetch-site': site }) },
      },
    )
    const cleared = response.headers.getSetCookie().filter((line) => line.startsWith('__Secure-session=;'))
    expect(cleared.length > 0).toBe(isDone)
    expect(response.status).toBe(isDone ? 303 : 200)
    if (!isDone) {
      const text = await response.text()
      expect(text).toContain('<form method="post" action="/auth/logout?return_to=')
      expect(text).not.toContain('<b>')
    }
  })

  it('refuses a sign-out by another page’s form (CSRF)', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    for (const from of [evil, bob, callback, 'https://evil.example']) {
      const page = await browser.navigate(`${alice}/auth/logout`, { method: 'POST', from: new URL(from) })
      expect([page.status, page.headers.getSetCookie()]).toEqual([403, []])
    }
    expect((await status(browser, alice)).admin).toBe(true)
  })
})
