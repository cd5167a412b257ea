import { expect, it } from 'vitest'
import { baseDomain, https } from '../../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../../support/fixtures/hosts.ts'
import {
  alice,
  bob,
  callback,
  evil,
  type SignInFleet,
  signIn,
  startWithScript,
  status,
} from '../../support/fixtures/sign-in/fleet.ts'

interface Change {
  method: string
  path: string
  audience: string
}

/** Returns every state-changing route of the running program's own API description, including future routes. */
async function changesOf(fleet: SignInFleet): Promise<Change[]> {
  const response = await fleet.get('alice', '/openapi.json')
  const { paths }: { paths: Record<string, Record<string, { 'x-audience'?: string }>> } =
    await response.json()
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      if (['get', 'head', 'options'].includes(method)) return []
      const filled = path.replaceAll(/\{[^}]+\}/g, 'x.jpg')
      return [{ method: method.toUpperCase(), path: filled, audience: operation['x-audience'] ?? 'none' }]
    }),
  )
}

const ofPeople = ({ audience }: Change) => audience !== 'service'

/** Headers of other pages' requests. The session cookie accompanies all of them, as in a CSRF attack. */
const foreign: [title: string, headers: Record<string, string>][] = [
  ['a sibling tenant’s page', { 'sec-fetch-site': 'same-site', origin: bob }],
  ['an attacker’s sibling host', { 'sec-fetch-site': 'same-site', origin: evil }],
  ['the callback host', { 'sec-fetch-site': 'same-site', origin: callback }],
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['nowhere (typed)', { 'sec-fetch-site': 'none' }],
  ['a browser with contradictory headers', { 'sec-fetch-site': 'same-site', origin: alice }],
  ['a browser with two Sec-Fetch-Site values', { 'sec-fetch-site': 'same-origin, same-site', origin: alice }],
  ['a browser with an unknown Sec-Fetch-Site value', { 'sec-fetch-site': 'same-origin2', origin: alice }],
  ['an old browser on a sibling', { origin: bob }],
  ['an old browser on another site', { origin: 'https://evil.example' }],
  ['an old browser in a sandboxed frame', { origin: 'null' }],
  ['our host over http', { origin: `http://alice.${baseDomain}` }],
  ['our host at another port', { origin: `${alice}:8443` }],
  ['a host that begins like ours', { origin: `${alice}.evil.example` }],
  ['a host that ends like ours', { origin: `https://xalice.${baseDomain}` }],
  ['our host in capitals', { origin: alice.toUpperCase() }],
  ['our host with a slash', { origin: `${alice}/` }],
  ['two origins', { origin: `${alice}, ${bob}` }],
  ['a program without Origin', {}],
  ['a program with only a Referer', { referer: `${alice}/` }],
]

describeOnBothHosts('a state-changing request', (kind) => {
  it.each(foreign)('refuses a state-changing request from %s, on every route', async (_title, headers) => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    const cookie = browser.jar.header(new URL(alice))
    const changes = (await changesOf(fleet)).filter(ofPeople)
    expect(changes.length).toBeGreaterThan(0)
    for (const { method, path } of changes) {
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
        const response = await fleet.host.request(`alice.${baseDomain}`, path, {
          method,
          headers: { ...https, ...headers, cookie, 'content-type': type },
          body: '{}',
        })
        expect([path, response.status, await response.json()]).toMatchObject([
          path,
          403,
          { code: 'cross_origin' },
        ])
        expect(response.headers.getSetCookie()).toEqual([])
        expect(response.headers.get('access-control-allow-origin')).toBeNull()
      }
    }
    expect((await status(browser, alice)).admin).toBe(true)
  })

  it.each([
    ['sends Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin' }],
    [
      'sends Sec-Fetch-Site and hides its origin by referrer policy',
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
    ],
    ['is old and sends Origin', { origin: alice }],
  ])('accepts a state-changing request from our own page in a browser that %s', async (_title, headers) => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    await signIn(browser, alice)
    const cookie = browser.jar.header(new URL(alice))
    const response = await fleet.host.request(`alice.${baseDomain}`, '/auth/logout', {
      method: 'POST',
      headers: { ...https, ...headers, cookie },
    })
    expect(response.status).toBe(303)
  })

  it('requires a service token, not an origin, on routes for services', async () => {
    await using fleet = await startWithScript(kind)
    const services = (await changesOf(fleet)).filter((change) => !ofPeople(change))
    expect(services.map(({ path }) => path)).toContain('/internal/invalidate')
    for (const { method, path } of services) {
      const refused = await fleet.host.request(`alice.${baseDomain}`, path, {
        method,
        headers: {
          ...https,
          'sec-fetch-site': 'same-origin',
          origin: alice,
          'content-type': 'application/json',
        },
        body: '{}',
      })
      expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'token_required' }])
    }
  })

  it('grants no cross-origin access in any preflight answer', async () => {
    await using fleet = await startWithScript(kind)
    for (const { path } of await changesOf(fleet)) {
      const response = await fleet.host.request(`alice.${baseDomain}`, path, {
        method: 'OPTIONS',
        headers: { ...https, origin: evil, 'access-control-request-method': 'POST' },
      })
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })
})

describeOnBothHosts('a non-JSON body on a JSON route', (kind) => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    undefined,
  ])('refuses a JSON body declared as %s', async (type) => {
    await using fleet = await startWithScript(kind)
    const response = await fleet.host.request('control.example', '/internal/invalidate', {
      method: 'POST',
      headers: { authorization: 'Bearer service-token', ...(type && { 'content-type': type }) },
      body: JSON.stringify({ host: `alice.${baseDomain}` }),
    })
    expect([response.status, await response.json()]).toMatchObject([415, { code: 'unsupported_media_type' }])
  })

  it('answers 400 when the body is not valid JSON', async () => {
    await using fleet = await startWithScript(kind)
    const response = await fleet.host.request('control.example', '/internal/invalidate', {
      method: 'POST',
      headers: { authorization: 'Bearer service-token', 'content-type': 'application/json' },
      body: '{"host":',
    })
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'invalid_request' }])
  })
})
