import { CompactEncrypt, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createSealer } from '../../../src/base/sealing/sealed-token.ts'
import { Secret } from '../../../src/base/secret.ts'
import { parseEmail } from '../../../src/contract/email.ts'
import { createSessions, newSessionId } from '../../../src/runtime/sign-in/sessions.ts'
import { tokenFor } from '../../support/fakes/scripted-issuer.ts'
import { baseDomain, sessionSecret } from '../../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost, patience } from '../../support/fixtures/hosts.ts'
import type { Browser } from '../../support/fixtures/sign-in/browser.ts'
import { alice, bob, evil, signIn, startWithScript, status } from '../../support/fixtures/sign-in/fleet.ts'

const scopes = [['domain'], ['host']] as const
const inScope = (scope: string) => ({ variables: { ADMIN_COOKIE_SCOPE: scope } })
const person = { admin: true, email: `person@${baseDomain}` }
const nobody = { admin: false }

/** Returns the session cookie that the browser sends to a tenant's host. */
function sessionIn({ jar }: Browser, tenant: string): string {
  const pairs = jar.header(new URL(tenant)).split('; ')
  return pairs.find((pair) => /session=/.test(pair))?.split('=')[1] ?? ''
}

const seconds = () => Math.floor(Date.now() / 1000)
const audience = `.${baseDomain}`

/** Creates a session like the program's own, except for the test's change. */
async function makeSession(
  change: { secret?: string; audience?: string; age?: number; email?: string } = {},
): Promise<string> {
  const {
    secret = sessionSecret,
    audience: forWhom = audience,
    age = 0,
    email = `person@${baseDomain}`,
  } = change
  const now = () => (seconds() - age) * 1000
  const settings = { sessionSecrets: [new Secret(secret)] as const, sessionTtlSeconds: 3600 }
  const sessions = createSessions(settings, { isEnded: async () => false, now })
  const address = parseEmail(email)
  if (!address) throw new Error('no address')
  const signedInAt = seconds() - age
  const issued = await sessions.issue(
    { id: newSessionId(), email: address, subject: 'scripted|1', signedInAt, provedAt: signedInAt },
    forWhom,
  )
  return issued?.token ?? ''
}

const claims = {
  email: `person@${baseDomain}`,
  sub: 'scripted|1',
  auth_time: seconds(),
  aud: audience,
  iat: seconds(),
  exp: seconds() + 3600,
}
const rawSecret = new TextEncoder().encode(sessionSecret)

const forgeries: [title: string, forge: () => Promise<string>][] = [
  ['empty', async () => ''],
  ['nonsense', async () => 'nonsense'],
  ['too long', async () => `${await makeSession()}${'A'.repeat(5000)}`],
  ['truncated', async () => (await makeSession()).slice(0, -4)],
  ['changed in one letter', async () => withChangedLetter(await makeSession())],
  ['without its tag', async () => (await makeSession()).split('.').with(4, '').join('.')],
  [
    'under a header of another algorithm',
    async () => withHeader(await makeSession(), { alg: 'dir', enc: 'A128GCM', typ: 'session+jwt' }),
  ],
  [
    'under the header of another purpose',
    async () => withHeader(await makeSession(), { alg: 'dir', enc: 'A256GCM', typ: 'login+jwt' }),
  ],
  ['expired', () => makeSession({ age: 3601 })],
  ['for another fleet', () => makeSession({ audience: '.elsewhere.test' })],
  ['for a single host', () => makeSession({ audience: `alice.${baseDomain}` })],
  ['made with another secret', () => makeSession({ secret: 'another-session-secret-of-32-chars' })],
  ['unsigned (`alg: none`)', async () => new UnsecuredJWT(claims).encode()],
  [
    'signed with the secret (HS256)',
    () => new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'session+jwt' }).sign(rawSecret),
  ],
  [
    'encrypted with the secret itself',
    () =>
      new CompactEncrypt(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'session+jwt' })
        .encrypt(rawSecret.slice(0, 32)),
  ],
  [
    'encrypted for a password (PBES2)',
    () =>
      new CompactEncrypt(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', typ: 'session+jwt' })
        .encrypt(rawSecret),
  ],
  [
    'sealed by us for another purpose',
    () =>
      createSealer({
        secrets: [new Secret(sessionSecret)],
        purpose: 'login',
        schema: z.looseObject({}),
        now: Date.now,
      }).seal(
        { email: claims.email, sub: claims.sub, auth_time: claims.auth_time },
        { audience, expiresInSeconds: 3600 },
      ),
  ],
]

function withChangedLetter(token: string): string {
  const parts = token.split('.')
  const content = parts[3] ?? ''
  return parts.with(3, (content.startsWith('A') ? 'B' : 'A') + content.slice(1)).join('.')
}

function withHeader(token: string, header: Record<string, string>): string {
  return token
    .split('.')
    .with(0, Buffer.from(JSON.stringify(header)).toString('base64url'))
    .join('.')
}

describeOnBothHosts('a session cookie', (kind) => {
  it('accepts a session that the program made', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    browser.jar.store(`__Secure-session=${await makeSession()}; Secure`, new URL(alice))
    expect(await status(browser, alice)).toEqual(person)
  })

  it.each(forgeries)('refuses a session cookie that is %s', async (_title, forge) => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    browser.jar.store(`__Secure-session=${await forge()}; Secure`, new URL(alice))
    expect(await status(browser, alice)).toEqual(nobody)
    expect((await browser.script(alice, '/api/images/list')).status).toBe(401)
  })

  it('ignores a session under another cookie name, in a header or in the URL', async () => {
    await using fleet = await startWithScript(kind)
    const token = await makeSession()
    const browser = fleet.browser()
    for (const name of [
      'session',
      '__Host-session',
      '__secure-session',
      '__Secure-session2',
      'x__Secure-session',
    ]) {
      browser.jar.store(`${name}=${token}; Secure; Path=/`, new URL(alice))
    }
    const headers = { authorization: `Bearer ${token}`, 'x-session': token }
    const response = await browser.script(alice, `/api/admin/status?__Secure-session=${token}`, { headers })
    expect(await response.json()).toEqual(nobody)
  })

  describe('cookie tossing by a sibling host', () => {
    it('accepts neither session when cookies of two people arrive', async () => {
      await using fleet = await startWithScript(kind)
      const victim = fleet.browser()
      await signIn(victim, alice)
      const attacker = fleet.browser()
      fleet.issuer.idToken = tokenFor('attacker')
      await signIn(attacker, alice)
      const tossed = sessionIn(attacker, alice)
      for (const path of ['/', '/api', '/api/admin/status']) {
        const toss = `__Secure-session=${tossed}; Domain=${baseDomain}; Path=${path}; Secure`
        const browser = fleet.browser(victim.jar.copy())
        if (path === '/') browser.jar.store(`__Secure-session=${tossed}; Secure`, new URL(alice))
        else expect(browser.jar.store(toss, new URL(evil))).toBe(true)
        expect(await status(browser, alice)).toEqual(nobody)
      }
    })

    it.each([
      ['garbage', async () => 'garbage'],
      ['an older session of the same person', () => makeSession({ age: 1800 })],
      [
        'an expired session of another person',
        () => makeSession({ age: 9999, email: 'attacker@shibari.test' }),
      ],
      [
        'a forged session of another person',
        () => makeSession({ secret: 'x'.repeat(32), email: 'attacker@shibari.test' }),
      ],
    ])('keeps the person signed in when a sibling host adds %s', async (_title, make) => {
      await using fleet = await startWithScript(kind)
      const victim = fleet.browser()
      await signIn(victim, alice)
      for (let index = 0; index < 5; index++) {
        const path = `/api${'/admin/status'.slice(0, [0, 6, 13, 6, 0][index])}`
        victim.jar.store(
          `__Secure-session=${await make()}; Domain=${baseDomain}; Path=${path}; Secure`,
          new URL(evil),
        )
      }
      expect(await status(victim, alice)).toEqual(person)
    })

    it('gives an attacker’s session no rights on another tenant’s gallery', async () => {
      await using fleet = await startWithScript(kind)
      const attacker = fleet.browser()
      fleet.issuer.idToken = tokenFor('attacker')
      await signIn(attacker, alice)
      const victim = fleet.browser()
      victim.jar.store(
        `__Secure-session=${sessionIn(attacker, alice)}; Domain=${baseDomain}; Path=/; Secure`,
        new URL(evil),
      )
      expect(await status(victim, alice)).toEqual({ admin: false, email: `attacker@${baseDomain}` })
      expect((await victim.script(alice, '/api/images/list')).status).toBe(403)
    })

    it('ignores a sibling’s session in the host scope, where a sibling cannot set the cookie', async () => {
      await using fleet = await startWithScript(kind, inScope('host'))
      const attacker = fleet.browser()
      fleet.issuer.idToken = tokenFor('attacker')
      await signIn(attacker, bob)
      const token = sessionIn(attacker, bob)
      const victim = fleet.browser()
      expect(
        victim.jar.store(`__Host-session=${token}; Domain=${baseDomain}; Path=/; Secure`, new URL(evil)),
      ).toBe(false)
      expect(victim.jar.store(`__Host-session=${token}; Path=/; Secure`, new URL(evil))).toBe(true)
      expect(await status(victim, alice)).toEqual(nobody)
      // The session belongs to another host even if the cookie arrives.
      victim.jar.store(`__Host-session=${token}; Path=/; Secure`, new URL(alice))
      expect(await status(victim, alice)).toEqual(nobody)
      fleet.issuer.idToken = tokenFor('person')
      await signIn(victim, alice)
      expect(await status(victim, alice)).toEqual(person)
    })
  })

  it.each(scopes)(
    'grants no lasting rights: removal from the admin list takes effect at once (%s scope)',
    async (scope) => {
      await using fleet = await startWithScript(kind, inScope(scope))
      const browser = fleet.browser()
      await signIn(browser, alice)
      expect(await status(browser, alice)).toEqual(person)
      fleet.allow('alice', { allowed_emails: ['somebody@else.test'] })
      await invalidate(fleet, 'alice')
      expect(await status(browser, alice)).toEqual({ ...person, admin: false })
      expect((await browser.script(alice, '/api/images/list')).status).toBe(403)
      fleet.allow('alice', { allowed_emails: [' PERSON@shibari.TEST '] })
      await invalidate(fleet, 'alice')
      expect(await status(browser, alice)).toEqual(person)
    },
  )

  it.each([
    ['an empty list overrides the fleet’s list', { allowed_emails: [] }, false],
    ['without a list, the fleet’s list applies', {}, true],
    ['without an auth block, the fleet’s list applies', undefined, true],
    ['the address in capitals', { allowed_emails: ['PERSON@SHIBARI.TEST'] }, true],
    ['the address with spaces', { allowed_emails: ['  person@shibari.test\t'] }, true],
    ['a longer address', { allowed_emails: ['person@shibari.test.evil.example'] }, false],
    [
      'another person at the domain',
      { allowed_emails: ['@shibari.test', '*@shibari.test', 'shibari.test'] },
      false,
    ],
    ['the address with a dot', { allowed_emails: ['per.son@shibari.test', 'person+x@shibari.test'] }, false],
    ['a full-width letter', { allowed_emails: ['\uff50erson@shibari.test'] }, false],
    ['a long s', { allowed_emails: ['per\u017fon@shibari.test'] }, false],
    [
      'an invisible letter',
      { allowed_emails: ['person\u200b@shibari.test', '\u00a0person@shibari.test'] },
      false,
    ],
    ['two addresses in one text', { allowed_emails: ['x@y.test,person@shibari.test'] }, false],
  ])('decides about admin rights by the tenant’s list: %s', async (_title, auth, admin) => {
    await using fleet = await startWithScript(kind, {
      variables: { ADMIN_LOGIN_EMAILS: 'other@x.test, Person@Shibari.test' },
    })
    fleet.allow('alice', auth)
    const browser = fleet.browser()
    await signIn(browser, alice)
    expect(await status(browser, alice)).toEqual({ ...person, admin })
  })

  it('accepts sessions of the old secret during a rotation until the secret is removed', async () => {
    const old = await makeSession()
    const next = 'the-next-session-secret-of-32-chars'
    for (const [secrets, expected] of [
      [`${next},${sessionSecret}`, person],
      [next, nobody],
    ] as const) {
      await using fleet = await startWithScript(kind, { variables: { WEB_SESSION_SECRET: secrets } })
      const browser = fleet.browser()
      browser.jar.store(`__Secure-session=${old}; Secure`, new URL(alice))
      expect(await status(browser, alice)).toEqual(expected)
      await signIn(browser, bob)
    }
  })

  it('seals new sessions with the first secret', async () => {
    const next = 'the-next-session-secret-of-32-chars'
    await using rotating = await startWithScript(kind, {
      variables: { WEB_SESSION_SECRET: `${next},${sessionSecret}` },
    })
    const before = rotating.browser()
    await signIn(before, alice)
    await using rotated = await startWithScript(kind, { variables: { WEB_SESSION_SECRET: next } })
    expect(await status(rotated.browser(before.jar.copy()), alice)).toEqual(person)
  })
})

async function invalidate(fleet: Awaited<ReturnType<typeof startWithScript>>, tenant: string): Promise<void> {
  const response = await fleet.host.request('control.example', '/internal/invalidate', {
    method: 'POST',
    headers: { authorization: 'Bearer service-token', 'content-type': 'application/json' },
    body: JSON.stringify({ host: `${tenant}.${baseDomain}` }),
  })
  expect(response.status).toBe(204)
}

describe('a session with a controlled clock', () => {
  const day = 24 * 3600_000

  async function underClock(variables: Record<string, string>) {
    const clock = { time: Date.now() }
    const fleet = await startWithScript(nodeHost, { variables, now: () => clock.time })
    const browser = fleet.browser()
    await signIn(browser, alice)
    return { fleet, browser, clock }
  }

  it.each(scopes)('expires a session that is unused for its lifetime (%s scope)', async (scope) => {
    const { fleet, browser, clock } = await underClock({
      WEB_ADMIN_COOKIE_TTL_SECONDS: '60',
      ADMIN_COOKIE_SCOPE: scope,
    })
    await using _ = fleet
    const kept = fleet.browser()
    const name = scope === 'host' ? '__Host-session' : '__Secure-session'
    kept.jar.store(`${name}=${sessionIn(browser, alice)}; Secure; Path=/; Max-Age=9999`, new URL(alice))
    clock.time += 59_000
    expect(await status(fleet.browser(browser.jar.copy()), alice)).toEqual(person)
    clock.time += 1000
    expect(await status(browser, alice)).toEqual(nobody)
    // A client that ignores the cookie's expiry gets no session either.
    expect(await status(kept, alice)).toEqual(nobody)
  })

  it('renews a used session after half of its lifetime', async () => {
    const { fleet, browser, clock } = await underClock({ WEB_ADMIN_COOKIE_TTL_SECONDS: '3600' })
    await using _ = fleet
    const first = sessionIn(browser, alice)
    clock.time += 1799_000
    await status(browser, alice)
    expect(sessionIn(browser, alice)).toBe(first)
    clock.time += 1000
    await status(browser, alice)
    expect(sessionIn(browser, alice)).not.toBe(first)
    clock.time += 3599_000
    expect(await status(browser, alice)).toEqual(person)
  })

  it('expires a session 30 days after the sign-in, regardless of use', async () => {
    const { fleet, browser, clock } = await underClock({})
    await using _ = fleet
    for (let days = 0; days < 29; days += 1) {
      clock.time += day
      await vi.waitFor(async () => expect(await status(browser, alice)).toEqual(person), patience)
    }
    clock.time += day
    expect(await status(browser, alice)).toEqual(nobody)
  })

  it('revokes a removed admin’s rights with the next configuration version, without an invalidation', async () => {
    const { fleet, browser, clock } = await underClock({})
    await using _ = fleet
    fleet.allow('alice', { allowed_emails: [] })
    // After a tenth of its TTL, the configuration is revalidated in the background.
    clock.time += 60_000
    await vi.waitFor(
      async () => expect(await status(browser, alice)).toEqual({ ...person, admin: false }),
      patience,
    )
  })

  it('starts no session when the sign-in took longer than five minutes', async () => {
    const clock = { time: Date.now() }
    await using fleet = await startWithScript(nodeHost, { now: () => clock.time })
    const browser = fleet.browser()
    const { url } = await browser.navigate(`${alice}/auth/login`, {
      stopBefore: ({ pathname }) => pathname === '/auth/callback',
    })
    const kept = browser.jar.all().find(({ name }) => name.startsWith('__Host-sign-in-'))
    clock.time += 301_000
    const late = fleet.browser()
    late.jar.store(`${kept?.name}=${kept?.value}; Secure; Path=/`, url)
    expect((await browser.navigate(url)).status).toBe(400)
    expect((await late.navigate(url)).status).toBe(400)
  })
})
