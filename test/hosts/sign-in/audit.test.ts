import { expect, it } from 'vitest'
import { goodClaims, signWith } from '../../support/fakes/scripted-issuer.ts'
import { baseDomain } from '../../support/fixtures/fleet.ts'
import { describeOnBothHosts, type RunningHost } from '../../support/fixtures/hosts.ts'
import { alice, bob, evil, signIn, startWithScript } from '../../support/fixtures/sign-in/fleet.ts'

/** Returns the audit events of the log, without times and request ids. */
function auditLines({ lines }: RunningHost): Record<string, unknown>[] {
  return lines.flatMap((line) => {
    const { msg, time, level, request_id, ...event }: Record<string, unknown> = JSON.parse(line)
    if (msg !== 'audit') return []
    expect([level, typeof time, typeof request_id]).toEqual(['info', 'string', 'string'])
    return [event]
  })
}

const person = { who: `person@${baseDomain}`, subject: 'scripted|1' }

describeOnBothHosts('the audit log', (kind) => {
  it('logs who signed in where, who was refused and why, and who signed out', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    await browser.script(bob, '/api/images/list')
    await browser.navigate(`${alice}/auth/logout`, { method: 'POST', from: new URL(evil) })
    await browser.navigate(`${alice}/auth/logout`, { method: 'POST', from: new URL(alice) })
    expect(auditLines(fleet.host)).toEqual([
      { tenant: 'alice', ...person, action: 'sign-in', outcome: 'ok' },
      { tenant: 'bob', ...person, action: 'GET /api/images/list', outcome: 'refused', reason: 'not_admin' },
      { tenant: 'alice', ...person, action: 'POST /auth/logout', outcome: 'refused', reason: 'cross_origin' },
      { tenant: 'alice', ...person, action: 'sign-out', outcome: 'ok' },
    ])
  })

  it('logs both steps of a sign-in in the host scope', async () => {
    await using fleet = await startWithScript(kind, { variables: { ADMIN_COOKIE_SCOPE: 'host' } })
    await signIn(fleet.browser(), alice)
    expect(auditLines(fleet.host)).toEqual([
      { tenant: 'alice', ...person, action: 'sign-in', outcome: 'ok' },
      { tenant: 'alice', ...person, action: 'enter', outcome: 'ok' },
    ])
  })

  it('logs no unverified address', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.idToken = (nonce, { keys: [key], issuer }) => {
      if (!key) throw new Error('The issuer has no key.')
      return signWith(key, {
        ...goodClaims(nonce, issuer),
        email: 'canary@shibari.test',
        email_verified: false,
      })
    }
    await signIn(fleet.browser(), alice)
    expect(auditLines(fleet.host)).toEqual([
      {
        tenant: 'alice',
        action: 'sign-in',
        outcome: 'refused',
        reason: 'email_not_verified',
        about: 'email_verified',
      },
    ])
  })

  it('logs only addresses of people who are signed in', async () => {
    await using fleet = await startWithScript(kind, {
      variables: { ADMIN_LOGIN_EMAILS: 'fleet-admin@canary.test' },
    })
    fleet.allow('alice', { allowed_emails: ['tenant-admin@canary.test'] })
    const browser = fleet.browser()
    await signIn(browser, alice)
    await browser.script(alice, '/api/images/list')
    const found = fleet.host.lines.join('\n').match(/[\w.-]+@[\w.-]+/g)
    expect(new Set(found)).toEqual(new Set([person.who]))
  })
})
