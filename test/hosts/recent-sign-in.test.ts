import { expect, it } from 'vitest'
import { tokenFor } from '../support/fakes/scripted-issuer.ts'
import { adminEmail, adminRequest, auth, cookieOf, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import type { Browser } from '../support/fixtures/sign-in/browser.ts'
import { alice, bob, signIn, startWithScript } from '../support/fixtures/sign-in/fleet.ts'

const day = 24 * 3600
const config = {
  features: { delete_enabled: true },
  storage: { provider: 's3', credentials_ref: 'storage', paths: { root: 'photos' } },
  auth,
}
const deletions = [
  ['POST', '/api/images/x.jpg/delete'],
  ['DELETE', '/api/library/objects/x.jpg'],
  ['DELETE', '/api/library/objects/archive%2Fx.jpg'],
] as const

/** Returns status and code of a problem document. */
async function codeOf(response: Response): Promise<[number, string | undefined]> {
  const { code }: { code?: string } = await response.json()
  return [response.status, code]
}

describeOnBothHosts('deleting photos', (kind) => {
  it.each(deletions)('requires a sign-in from the last 24 hours for %s %s', async (method, path) => {
    await using fleet = await startFleet(kind, signInVariables)
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, { config })
    const ask = async (ageSeconds: number) =>
      adminRequest(fleet, 'alice', path, {
        method,
        headers: { cookie: await cookieOf(adminEmail, ageSeconds) },
      })
    const refusal = await ask(day + 60)
    expect(await refusal.clone().json()).toMatchObject({
      code: 'sign_in_too_old',
      detail: expect.stringContaining(
        'Nothing was changed: this action needs a sign-in from the last 24 hours',
      ),
    })
    expect(await codeOf(refusal)).toEqual([401, 'sign_in_too_old'])
    // The test's storage has no credentials, so the deletion itself fails.
    expect(await codeOf(await ask(day - 60))).toEqual([503, 'credentials_unavailable'])
  })

  it('reports that deleting is disabled, not that the sign-in is old, when the gallery disables it', async () => {
    await using fleet = await startFleet(kind, signInVariables)
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, { config: { ...config, features: {} } })
    const cookie = await cookieOf(adminEmail, 2 * day)
    const response = await adminRequest(fleet, 'alice', '/api/images/x.jpg/delete', {
      method: 'POST',
      headers: { cookie },
    })
    expect(await codeOf(response)).toEqual([403, 'feature_disabled'])
  })
})

const scopes = [['domain'], ['host']] as const

describeOnBothHosts('a fresh sign-in', (kind) => {
  async function start(scope: string) {
    const fleet = await startWithScript(kind, { variables: { ADMIN_COOKIE_SCOPE: scope } })
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, {
      config: { ...config, auth: { allowed_emails: [`person@${baseDomain}`] } },
    })
    return fleet
  }
  const erase = async (browser: Browser) =>
    codeOf(await browser.script(alice, '/api/images/x.jpg/delete', { method: 'POST' }))
  const seconds = () => Math.floor(Date.now() / 1000)

  it.each(scopes)('allows an admin to delete again and returns to the photo (%s scope)', async (scope) => {
    await using fleet = await start(scope)
    const browser = fleet.browser()
    // Providers that remember the person for days sign them in silently.
    fleet.issuer.idToken = tokenFor('person', { auth_time: seconds() - 2 * day })
    await signIn(browser, alice)
    expect(await erase(browser)).toEqual([401, 'sign_in_too_old'])
    fleet.issuer.idToken = tokenFor('person', { auth_time: seconds() })
    const page = await browser.navigate(`${alice}/auth/login?fresh=true&return_to=/?photo=x.jpg`, {
      from: new URL(alice),
    })
    expect(page.url.href).toBe(`${alice}/?photo=x.jpg`)
    expect(await erase(browser)).toEqual([503, 'credentials_unavailable'])
    const asked = fleet.issuer.authorizations.map((query) => [query.get('prompt'), query.get('max_age')])
    expect(asked).toEqual([
      [null, '2592000'],
      ['login', '2592000'],
    ])
  })

  it('does not count a sign-in as recent when the provider did not prompt the person', async () => {
    await using fleet = await start('domain')
    const browser = fleet.browser()
    fleet.issuer.idToken = tokenFor('person', { auth_time: seconds() - 2 * day })
    await browser.navigate(`${alice}/auth/login?fresh=true`, { from: new URL(alice) })
    expect(await erase(browser)).toEqual([401, 'sign_in_too_old'])
  })

  it('uses the current time when the provider’s auth_time is absent or in the future', async () => {
    await using fleet = await start('domain')
    for (const more of [{}, { auth_time: seconds() + 10 * day }]) {
      fleet.issuer.idToken = tokenFor('person', more)
      const browser = fleet.browser()
      await signIn(browser, alice)
      expect(await erase(browser)).toEqual([503, 'credentials_unavailable'])
    }
  })

  it('refuses a sign-in when auth_time is not a number', async () => {
    await using fleet = await start('domain')
    fleet.issuer.idToken = tokenFor('person', { auth_time: 'yesterday' })
    expect((await signIn(fleet.browser(), alice)).status).toBe(403)
    expect(fleet.host.lines.join('\n')).toContain('"about":"auth_time"')
  })

  it('forces a prompt in the host scope, where a plain sign-in reuses the callback host’s session', async () => {
    await using fleet = await start('host')
    const browser = fleet.browser()
    await signIn(browser, alice)
    await signIn(browser, bob)
    expect(fleet.issuer.authorizations).toHaveLength(1)
    await browser.navigate(`${bob}/auth/login?fresh=true`, { from: new URL(bob) })
    expect(fleet.issuer.authorizations).toHaveLength(2)
  })
})
