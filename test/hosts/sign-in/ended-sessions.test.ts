import { expect, it } from 'vitest'
import { z } from 'zod'
import { createSealer } from '../../../src/base/sealing/sealed-token.ts'
import { Secret } from '../../../src/base/secret.ts'
import { tokenFor } from '../../support/fakes/scripted-issuer.ts'
import { baseDomain, https, serviceToken, sessionSecret } from '../../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost, type RunningHost } from '../../support/fixtures/hosts.ts'
import type { Browser, Page } from '../../support/fixtures/sign-in/browser.ts'
import {
  alice,
  bob,
  callback,
  signIn,
  startWithScript,
  status,
} from '../../support/fixtures/sign-in/fleet.ts'

const scopes = [['domain'], ['host']] as const
const inScope = (scope: string) => ({ variables: { ADMIN_COOKIE_SCOPE: scope } })
const person = { admin: true, email: `person@${baseDomain}` }
const nobody = { admin: false }

function signOut(browser: Browser, tenant: string, query: Record<string, string> = {}): Promise<Page> {
  const url = `${tenant}/auth/logout?${new URLSearchParams(query)}`
  return browser.navigate(url, { method: 'POST', from: new URL(tenant) })
}

/** Calls the operator's endpoint that ends sessions. */
function endSessions(host: RunningHost, body: unknown, token = serviceToken): Promise<Response> {
  return host.request(`alice.${baseDomain}`, '/internal/sessions/end', {
    method: 'POST',
    headers: { ...https, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

describeOnBothHosts('an ended session', (kind) => {
  it.each(scopes)('invalidates a copied cookie when its owner signs out (%s scope)', async (scope) => {
    await using fleet = await startWithScript(kind, inScope(scope))
    const browser = fleet.browser()
    await signIn(browser, alice)
    const thief = fleet.browser(browser.jar.copy())
    expect(await status(thief, alice)).toEqual(person)
    await signOut(browser, alice)
    expect(await status(thief, alice)).toEqual(nobody)
    expect((await thief.script(alice, '/api/images/list')).status).toBe(401)
    // The copy does not sign in through the callback host either.
    const before = fleet.issuer.authorizations.length
    await signIn(thief, bob)
    expect(fleet.issuer.authorizations).toHaveLength(before + 1)
  })

  it.each([
    ['/api/auth/logout', 'domain'],
    ['/api/auth/logout', 'host'],
    ['/api/admin/logout', 'domain'],
  ])('ends a session with all its copies when a program posts to %s (%s scope)', async (path, scope) => {
    await using fleet = await startWithScript(kind, inScope(scope))
    const browser = fleet.browser()
    await signIn(browser, alice)
    const thief = fleet.browser(browser.jar.copy())
    const sibling = await browser.script(bob, `${alice}${path}`, { method: 'POST' })
    expect([sibling.status, (await sibling.json()).code]).toEqual([403, 'cross_origin'])
    expect(await status(browser, alice)).toEqual(person)
    const answer = await browser.script(alice, path, { method: 'POST' })
    expect([answer.status, await answer.json()]).toEqual([200, nobody])
    expect(await status(browser, alice)).toEqual(nobody)
    expect(await status(thief, alice)).toEqual(nobody)
    const again = await browser.script(alice, path, { method: 'POST' })
    expect([again.status, await again.json()]).toEqual([200, nobody])
  })

  it('ends the session on every host when one host of the host scope signs out', async () => {
    await using fleet = await startWithScript(kind, inScope('host'))
    const browser = fleet.browser()
    await signIn(browser, alice)
    await signIn(browser, bob)
    const thief = fleet.browser(browser.jar.copy())
    await signOut(browser, bob)
    expect(await status(thief, alice)).toEqual(nobody)
    expect(await status(thief, bob)).toEqual(nobody)
  })

  it.each(scopes)(
    'ends both sessions with one sign-out after the person signed in twice (%s scope)',
    async (scope) => {
      await using fleet = await startWithScript(kind, inScope(scope))
      const browser = fleet.browser()
      await signIn(browser, alice)
      const thief = fleet.browser(browser.jar.copy())
      await browser.navigate(`${bob}/auth/login?fresh=true`, { from: new URL(bob) })
      expect(fleet.issuer.authorizations).toHaveLength(2)
      await signOut(browser, bob)
      expect(await status(thief, alice)).toEqual(nobody)
      expect(await status(browser, alice)).toEqual(nobody)
    },
  )

  it('keeps the same person’s other sessions when one device signs out', async () => {
    await using fleet = await startWithScript(kind)
    const [phone, laptop] = [fleet.browser(), fleet.browser()]
    await signIn(phone, alice)
    await signIn(laptop, alice)
    await signOut(phone, alice)
    expect(await status(laptop, alice)).toEqual(person)
  })

  it.each(scopes)('ends only this person’s sessions on all devices on request (%s scope)', async (scope) => {
    await using fleet = await startWithScript(kind, inScope(scope))
    const [phone, laptop, other] = [fleet.browser(), fleet.browser(), fleet.browser()]
    await signIn(phone, alice)
    await signIn(laptop, alice)
    fleet.issuer.idToken = tokenFor('bob')
    await signIn(other, bob)
    const page = await signOut(phone, alice, { everywhere: 'true', return_to: '/?photo=x.jpg' })
    expect(page.url.href).toBe(`${alice}/?photo=x.jpg&signed_out=everywhere`)
    expect(await status(laptop, alice)).toEqual(nobody)
    expect(await status(phone, alice)).toEqual(nobody)
    expect((await status(other, bob)).admin).toBe(true)
    fleet.issuer.idToken = tokenFor('person')
    await signIn(laptop, alice)
    expect((await status(laptop, alice)).admin).toBe(true)
  })

  it('stays signed out after concurrent and repeated sign-outs', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    const copies = Array.from({ length: 6 }, () => fleet.browser(browser.jar.copy()))
    const pages = await Promise.all(copies.map((copy) => signOut(copy, alice)))
    expect(pages.map(({ status }) => status)).toEqual(copies.map(() => 200))
    for (const copy of [browser, ...copies]) expect(await status(copy, alice)).toEqual(nobody)
  })

  it('ends a person’s sessions on an operator’s request, ignoring the case of the address', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    expect((await endSessions(fleet.host, { email: ' Person@Shibari.test ' })).status).toBe(204)
    expect(await status(browser, alice)).toEqual(nobody)
    await signIn(browser, alice)
    expect(await status(browser, alice)).toEqual(person)
    expect(fleet.host.lines.join('\n')).toContain('"action":"POST /internal/sessions/end","outcome":"ok"')
  })

  it.each([
    ['without a valid token', { email: `person@${baseDomain}` }, 'wrong', 403],
    ['without an address', {}, serviceToken, 400],
    ['with an invalid address', { email: 'person' }, serviceToken, 400],
    ['with a list of addresses', { email: [`person@${baseDomain}`] }, serviceToken, 400],
    ['with a megabyte for an address', { email: `${'p'.repeat(1_000_000)}@x.test` }, serviceToken, 400],
  ])('keeps the session when an operator’s request comes %s', async (_title, body, token, expected) => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    expect((await endSessions(fleet.host, body, token)).status).toBe(expected)
    expect(await status(browser, alice)).toEqual(person)
  })

  it('accepts a first-version session without an id and ends it with its copies', async () => {
    await using fleet = await startWithScript(kind)
    const time = Math.floor(Date.now() / 1000) - 60
    const token = await createSealer({
      secrets: [new Secret(sessionSecret)],
      purpose: 'session',
      schema: z.looseObject({}),
      now: Date.now,
    }).seal(
      { email: person.email, sub: 'scripted|1', auth_time: time },
      { audience: `.${baseDomain}`, expiresInSeconds: 3600 },
    )
    const browser = fleet.browser()
    browser.jar.store(`__Secure-session=${token}; Domain=${baseDomain}; Path=/; Secure`, new URL(alice))
    const thief = fleet.browser(browser.jar.copy())
    expect(await status(browser, alice)).toEqual(person)
    await signOut(browser, alice)
    expect(await status(thief, alice)).toEqual(nobody)
  })
})

describeOnBothHosts('the sign-in after a sign-out', (kind) => {
  it.each([
    [['none', 'login', 'select_account'], 'select_account'],
    [['none', 'login'], 'login'],
    [undefined, 'login'],
  ])('prompts for an account when the provider supports the prompts %j', async (prompts, expected) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.metadata = { ...fleet.issuer.metadata, prompt_values_supported: prompts }
    const browser = fleet.browser()
    await signIn(browser, alice)
    await signOut(browser, alice)
    await signIn(browser, bob)
    await signIn(browser, alice)
    expect(fleet.issuer.authorizations.map((asked) => asked.get('prompt'))).toEqual([null, expected, null])
  })

  it('prompts for an account when the provider has no sign-out endpoint', async () => {
    await using fleet = await startWithScript(kind, inScope('host'))
    fleet.issuer.metadata = { ...fleet.issuer.metadata, end_session_endpoint: undefined }
    const browser = fleet.browser()
    await signIn(browser, alice)
    await signOut(browser, alice)
    await signIn(browser, alice)
    expect(fleet.issuer.authorizations.map((asked) => asked.get('prompt'))).toEqual([null, 'login'])
  })

  it('identifies the provider’s session by its id when the ID token is too long for a cookie', async () => {
    await using fleet = await startWithScript(kind)
    const good = fleet.issuer.idToken
    fleet.issuer.idToken = tokenFor('person', { sid: 'provider-session', groups: 'x'.repeat(4000) })
    const browser = fleet.browser()
    await signIn(browser, alice)
    const page = await signOut(browser, alice)
    const asked = page.hops.find(({ pathname }) => pathname === '/logout')?.searchParams
    expect([asked?.get('id_token_hint'), asked?.get('logout_hint')]).toEqual([null, 'provider-session'])
    fleet.issuer.idToken = good
    await signIn(browser, alice)
    const next = await signOut(browser, alice)
    const askedNext = next.hops.find(({ pathname }) => pathname === '/logout')?.searchParams
    expect(askedNext?.get('logout_hint')).toBeNull()
    expect(askedNext?.get('id_token_hint')).toBe(fleet.issuer.granted.at(-1))
  })
})

it('preserves id and sign-in time in a renewed session, so that a sign-out ends both cookies', async () => {
  const clock = { time: Date.now() }
  await using fleet = await startWithScript(nodeHost, {
    variables: { WEB_ADMIN_COOKIE_TTL_SECONDS: '3600' },
    now: () => clock.time,
  })
  const browser = fleet.browser()
  await signIn(browser, alice)
  const thief = fleet.browser(browser.jar.copy())
  clock.time += 1_900_000
  expect(await status(browser, alice)).toEqual(person)
  expect(browser.jar.header(new URL(alice))).not.toBe(thief.jar.header(new URL(alice)))
  const renewed = fleet.browser(browser.jar.copy())
  // The older cookie signs out.
  await signOut(fleet.browser(thief.jar.copy()), alice)
  for (const copy of [thief, renewed]) expect(await status(copy, alice)).toEqual(nobody)
  expect((await renewed.script(alice, '/api/admin/status')).headers.getSetCookie()).toEqual([])
})

it('stays on the callback host when a sign-out has no session', async () => {
  await using fleet = await startWithScript(nodeHost)
  const page = await signOut(fleet.browser(), alice, { everywhere: 'true' })
  expect([page.url.href, page.hops.some(({ origin }) => origin === callback)]).toEqual([`${alice}/`, true])
})
