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

/** Every route that changes something, as the running program describes itself: also those of later days. */
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

/** What other pages' requests carry. The session's cookie comes along with all of them: that is the attack. */
const foreign: [title: string, headers: Record<string, string>][] = [
  ['a sibling tenant’s page', { 'sec-fetch-site': 'same-site', origin: bob }],
  ['a sibling host that is not ours', { 'sec-fetch-site': 'same-site', origin: evil }],
  ['the callback host', { 'sec-fetch-site': 'same-site', origin: callback }],
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['nowhere (typed)', { 'sec-fetch-site': 'none' }],
  ['a browser that contradicts itself', { 'sec-fetch-site': 'same-site', origin: alice }],
  ['two values', { 'sec-fetch-site': 'same-origin, same-site', origin: alice }],
  ['an unknown value', { 'sec-fetch-site': 'same-origin2', origin: alice }],
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
  ['a program that says nothing', {}],
  ['a program that says it by a referrer', { referer: `${alice}/` }],
]

describeOnBothHosts('a request that changes something', (kind) => {
  it.each(foreign)('is refused from %s, on every route', async (_title, headers) => {
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
    ['says so', { 'sec-fetch-site': 'same-origin' }],
    [
      'says so and hides its origin by its referrer policy',
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
    ],
    ['is old and names its origin', { origin: alice }],
  ])('is taken from our own page in a browser that %s', async (_title, headers) => {
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

  it('needs no page where a service token proves who asks', async () => {
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

  it('does not preflight: no answer allows another origin anything', async () => {
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

describeOnBothHosts('a body where JSON is expected', (kind) => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    undefined,
  ])('is refused as %s', async (type) => {
    await using fleet = await startWithScript(kind)
    const response = await fleet.host.request('control.example', '/internal/invalidate', {
      method: 'POST',
      headers: { authorization: 'Bearer service-token', ...(type && { 'content-type': type }) },
      body: JSON.stringify({ host: `alice.${baseDomain}` }),
    })
    expect([response.status, await response.json()]).toMatchObject([415, { code: 'unsupported_media_type' }])
  })

  it('is a clear 400 when it is no JSON', async () => {
    await using fleet = await startWithScript(kind)
    const response = await fleet.host.request('control.example', '/internal/invalidate', {
      method: 'POST',
      headers: { authorization: 'Bearer service-token', 'content-type': 'application/json' },
      body: '{"host":',
    })
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'invalid_request' }])
  })
})
