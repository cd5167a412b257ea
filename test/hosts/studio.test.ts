import { expect, it } from 'vitest'
import type { ScriptedAnswer } from '../support/fakes/orchestrator.ts'
import {
  adminEmail,
  adminPost,
  adminRequest,
  auth,
  cookieOf,
  signInVariables,
} from '../support/fixtures/admin.ts'
import {
  baseDomain,
  type Fleet,
  https,
  markedConfig,
  serviceToken,
  startFleet,
} from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, type HostKind } from '../support/fixtures/hosts.ts'

const alice = `alice.${baseDomain}`
const features = '/api/config/features'
const settings = {
  settings: { appearance: { title: 'Alice' } },
  locked: ['ai.system_prompt'],
  config_version: 'v1',
  offered: { connections: ['dropbox'] },
}
const telegram = {
  provider: 'telegram',
  use: 'channel',
  state: 'ok',
  since: '2026-12-01T00:00:00Z',
  account: '@bot',
  used_for: ['channel'],
  hint: null,
  error: null,
  ways: ['pasted'],
  fields: [],
}
const key = {
  id: 'key_1',
  name: 'Lightroom',
  scopes: ['read'],
  created_by: adminEmail,
  created_at: '2026-12-01T00:00:00Z',
  expires_at: null,
}

/** Starts a fleet whose studio gives the scripted answers, by method and path. */
async function startStudio(kind: HostKind, answers: Readonly<Record<string, ScriptedAnswer | 'reset'>>) {
  const fleet = await startFleet(kind, signInVariables)
  fleet.orchestrator.tenants.set(alice, { config: { ...markedConfig(false), auth } })
  fleet.orchestrator.script = ({ method, path }) => {
    if (!path.startsWith('/v1/studio')) return undefined
    return answers[`${method} ${path.slice('/v1/studio'.length)}`] ?? { status: 404 }
  }
  return fleet
}

const studioCalls = ({ orchestrator }: Fleet) =>
  orchestrator.calls.filter(({ path }) => path.startsWith('/v1/studio'))

const send = (
  fleet: Fleet,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) =>
  adminRequest(fleet, 'alice', path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

/** All routes, with the path of the call that each makes. */
const routes = [
  ['GET', '/api/settings', undefined],
  ['PATCH', '/api/settings', {}],
  ['GET', '/api/settings/keys', undefined],
  ['POST', '/api/settings/keys', { name: 'x', scopes: ['read'] }],
  ['DELETE', '/api/settings/keys/key_1', undefined],
  ['GET', '/api/settings/webhooks', undefined],
  ['POST', '/api/settings/webhooks', { url: 'https://hooks.example/a' }],
  ['DELETE', '/api/settings/webhooks/wh_1', undefined],
  ['GET', '/api/connections', undefined],
  ['POST', '/api/connections/dropbox', {}],
  ['DELETE', '/api/connections/dropbox', undefined],
  ['GET', '/api/connections/folders?path=', undefined],
] as const

describeOnBothHosts('the settings of a gallery', (kind) => {
  it('passes settings on with their entity tag, and nothing else of the answer', async () => {
    await using fleet = await startStudio(kind, {
      'GET /settings': {
        status: 200,
        headers: { etag: '"v1"', 'set-cookie': 'evil=1', 'x-internal': 'yes' },
        body: { ...settings, internal: 'secret' },
      },
    })
    const answer = await adminRequest(fleet, 'alice', '/api/settings')
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"v1"'])
    expect(answer.headers.get('x-internal')).toBeNull()
    expect(answer.headers.get('set-cookie') ?? '').not.toContain('evil')
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(await answer.json()).toEqual(settings)
    expect(studioCalls(fleet)).toMatchObject([{ method: 'GET', tenant: 'alice', token: serviceToken }])
  })

  it('shows a change at once, made in the name of the signed-in person', async () => {
    const actors: unknown[] = []
    await using fleet = await startStudio(kind, {})
    fleet.orchestrator.script = ({ method, path, actor, ifMatch, body }) => {
      if (path !== '/v1/studio/settings') return undefined
      actors.push([method, actor, ifMatch, body])
      const config = { ...markedConfig(true), auth }
      fleet.orchestrator.tenants.set(alice, { config, config_version: 'v2' })
      return { status: 200, headers: { etag: '"v2"' }, body: { ...settings, config_version: 'v2' } }
    }
    expect(await (await fleet.get('alice', features)).json()).toMatchObject({ delete_enabled: false })
    const patch = { appearance: { title: null } }
    const answer = await send(fleet, 'PATCH', '/api/settings', patch, {
      'if-match': '"v1"',
      'content-type': 'application/merge-patch+json',
      'x-actor': 'forged@example.org',
      'x-tenant': 'bob',
    })
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"v2"'])
    expect(actors).toEqual([['PATCH', adminEmail, '"v1"', patch]])
    expect(await (await fleet.get('alice', features)).json()).toMatchObject({ delete_enabled: true })
  })

  it.each([
    [409, 'settings_changed', { ...settings, config_version: 'v2' }],
    [422, 'settings_refused', { errors: [{ pointer: '/appearance/title', detail: 'must be text' }] }],
  ])('passes on the refusal %i %s with its members', async (status, code, members) => {
    const body = { title: 'x', status, code, detail: 'In words.', ...members, internal: 'secret' }
    await using fleet = await startStudio(kind, { 'PATCH /settings': { status, body } })
    const answer = await send(fleet, 'PATCH', '/api/settings', {}, { 'if-match': '"v1"' })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const problem = await answer.json()
    expect([answer.status, problem]).toMatchObject([status, { code, detail: 'In words.', ...members }])
    expect(problem).not.toHaveProperty('internal')
  })

  it('answers 428 to a change that names no version', async () => {
    const refused = { status: 428, body: { code: 'if_match_required', detail: 'Name the version.' } }
    await using fleet = await startStudio(kind, { 'PATCH /settings': refused })
    const answer = await send(fleet, 'PATCH', '/api/settings', {})
    expect([answer.status, (await answer.json()).code]).toEqual([428, 'version_required'])
  })

  it('connects an account, and lets the vendor return browsers only to its own settings page', async () => {
    await using fleet = await startStudio(kind, {
      'POST /connections/telegram': { status: 200, body: { connection: { ...telegram, secret: 'x' } } },
      'POST /connections/dropbox': { status: 200, body: { url: 'https://orchestrator.test/connect' } },
      'GET /connections': { status: 200, body: { connections: [telegram] } },
      'GET /folders': { status: 200, body: { folders: [{ name: 'Photos', path: '/Photos' }] } },
    })
    const values = { bot_token: '1:secret', return_to: 'https://evil.example/' }
    const kept = await adminPost(fleet, 'alice', '/api/connections/telegram', values)
    expect(await kept.json()).toEqual({ connection: telegram })
    const begun = await adminPost(fleet, 'alice', '/api/connections/dropbox', {})
    expect(await begun.json()).toEqual({ url: 'https://orchestrator.test/connect' })
    const own = `https://${alice}/settings`
    expect(studioCalls(fleet).map(({ body }) => body)).toEqual([
      { bot_token: '1:secret', return_to: own },
      { return_to: own },
    ])
    const listed = await adminRequest(fleet, 'alice', '/api/connections')
    expect(await listed.json()).toEqual({ connections: [telegram] })
    const folders = await adminRequest(fleet, 'alice', '/api/connections/folders?path=%2FA%26b')
    expect(await folders.json()).toEqual({ folders: [{ name: 'Photos', path: '/Photos' }] })
    expect(fleet.host.lines.join('\n')).not.toContain('1:secret')
  })

  it('passes on the words of a vendor that refuses', async () => {
    const body = { code: 'connection_refused', detail: 'The bot token is not valid.', reason: 'invalid' }
    await using fleet = await startStudio(kind, { 'POST /connections/telegram': { status: 422, body } })
    const answer = await adminPost(fleet, 'alice', '/api/connections/telegram', { bot_token: 'x' })
    expect([answer.status, await answer.json()]).toMatchObject([422, body])
  })

  it('refuses an address of a vendor that is no web page', async () => {
    const body = { url: 'javascript:alert(1)' }
    await using fleet = await startStudio(kind, { 'POST /connections/dropbox': { status: 200, body } })
    expect((await adminPost(fleet, 'alice', '/api/connections/dropbox', {})).status).toBe(503)
  })

  it('lists, creates and deletes keys and webhooks', async () => {
    const webhook = { id: 'wh_1', url: 'https://hooks.example/a', types: [] }
    const listed = { ...webhook, created_at: 'then', disabled_at: null }
    await using fleet = await startStudio(kind, {
      'GET /keys': { status: 200, body: { keys: [key] } },
      'POST /keys': { status: 201, body: { ...key, key: 'pk_alice_x' } },
      'DELETE /keys/key_1': { status: 204 },
      'DELETE /keys/key_2': { status: 404, body: { code: 'unknown_key', detail: 'No API key has this ID.' } },
      'GET /webhooks': { status: 200, body: { webhooks: [listed] } },
      'POST /webhooks': { status: 201, body: { ...webhook, secret: 'whsec_x' } },
      'DELETE /webhooks/wh_1': { status: 204 },
    })
    expect(await (await send(fleet, 'GET', '/api/settings/keys')).json()).toEqual({ keys: [key] })
    const created = await send(fleet, 'POST', '/api/settings/keys', { name: 'Lightroom', scopes: ['read'] })
    expect([created.status, await created.json()]).toEqual([201, { ...key, key: 'pk_alice_x' }])
    expect((await send(fleet, 'DELETE', '/api/settings/keys/key_1')).status).toBe(204)
    const gone = await send(fleet, 'DELETE', '/api/settings/keys/key_2')
    expect([gone.status, (await gone.json()).code]).toEqual([404, 'not_found'])
    expect(await (await send(fleet, 'GET', '/api/settings/webhooks')).json()).toEqual({ webhooks: [listed] })
    const hook = await send(fleet, 'POST', '/api/settings/webhooks', { url: webhook.url })
    expect([hook.status, await hook.json()]).toEqual([201, { ...webhook, secret: 'whsec_x' }])
    expect((await send(fleet, 'DELETE', '/api/settings/webhooks/wh_1')).status).toBe(204)
  })

  it.each([
    ['DELETE', '/api/connections/dropbox', undefined],
    ['POST', '/api/settings/keys', { name: 'x', scopes: ['read'] }],
    ['DELETE', '/api/settings/keys/key_1', undefined],
  ])('asks for a newer sign-in before %s %s', async (method, path, body) => {
    await using fleet = await startStudio(kind, {})
    const cookie = await cookieOf(adminEmail, 24 * 3600 + 60)
    const answer = await send(fleet, method, path, body, { cookie })
    expect([answer.status, (await answer.json()).code]).toEqual([401, 'sign_in_too_old'])
    expect(studioCalls(fleet)).toEqual([])
  })

  it('admits no visitor, no admin of another gallery and no page of a sibling', async () => {
    await using fleet = await startStudio(kind, {})
    const foreign = { cookie: await cookieOf('bob@example.org') }
    for (const [method, path, body] of routes) {
      const visitor = await send(fleet, method, path, body, { cookie: '' })
      expect([method, path, visitor.status]).toEqual([method, path, 401])
      expect([method, path, (await send(fleet, method, path, body, foreign)).status]).toEqual([
        method,
        path,
        403,
      ])
      if (method === 'GET') continue
      const sibling = { origin: `https://bob.${baseDomain}`, 'sec-fetch-site': 'same-site' }
      const refused = await send(fleet, method, path, body, sibling)
      expect([method, path, refused.status, (await refused.json()).code]).toEqual([
        ...[method, path, 403],
        'cross_origin',
      ])
    }
    expect(studioCalls(fleet)).toEqual([])
  })

  it('says that settings cannot be changed when the control plane has no studio', async () => {
    await using fleet = await startStudio(kind, {})
    for (const [method, path, body] of routes) {
      const answer = await send(fleet, method, path, body)
      expect([method, path, answer.status, (await answer.json()).code]).toEqual([
        ...[method, path, 404],
        'studio_not_offered',
      ])
    }
  })

  it('says that settings cannot be changed when the service token lacks the scope', async () => {
    const refused = {
      status: 403,
      body: { code: 'missing_scope', detail: 'The service token lacks the scope.' },
    }
    await using fleet = await startStudio(kind, { 'GET /settings': refused })
    const answer = await adminRequest(fleet, 'alice', '/api/settings')
    expect([answer.status, (await answer.json()).code]).toEqual([404, 'studio_not_offered'])
  })

  it.each<[string, ScriptedAnswer | 'reset']>([
    ['does not answer', 'reset'],
    ['answers 500', { status: 500, body: { code: 'internal_error', detail: 'x' } }],
    ['answers 503', { status: 503 }],
    ['answers a page', { status: 200, body: '<html>maintenance</html>' }],
    ['answers another shape', { status: 200, body: { settings: [] } }],
    ['redirects', { status: 302, headers: { location: 'https://evil.example/' } }],
    ['refuses with an unknown code', { status: 422, body: { code: 'other', detail: 'x' } }],
  ])(
    'answers 503, repeats no change and goes on to show the gallery when the control plane %s',
    async (_title, answer) => {
      await using fleet = await startStudio(kind, { 'PATCH /settings': answer, 'GET /settings': answer })
      for (const [method, body] of [['GET'], ['PATCH', {}]] as const) {
        const refused = await send(fleet, method, '/api/settings', body, { 'if-match': '"v1"' })
        const problem = await refused.json()
        expect([refused.status, problem.code]).toEqual([503, 'studio_unavailable'])
        expect(problem.detail).not.toContain('maintenance')
      }
      // The runtime of Workers repeats a GET by itself.
      expect(studioCalls(fleet).filter(({ method }) => method === 'PATCH')).toHaveLength(1)
      fleet.orchestrator.script = () => 'reset'
      expect((await fleet.get('alice', features)).status).toBe(200)
    },
  )

  it.each(['is stopped', 'hangs'])(
    'answers 503 in words within its time limit and goes on to serve everything else when the control plane %s',
    async (trouble) => {
      await using fleet = await startStudio(kind, {})
      expect((await fleet.get('alice', features)).status).toBe(200)
      const held = Promise.withResolvers<ScriptedAnswer>()
      if (trouble === 'hangs') fleet.orchestrator.script = () => held.promise
      else await fleet.orchestrator.close()
      const began = performance.now()
      // Calls that ask a vendor have a longer limit, so only a stopped control plane answers them in this test.
      const asked = routes.filter(([method]) => trouble === 'is stopped' || method === 'GET')
      const answers = asked
        .filter(([, path]) => trouble === 'is stopped' || !path.includes('folders'))
        .map(async ([method, path, body]) => {
          const answer = await send(fleet, method, path, body, { 'if-match': '"v1"' })
          const { code, detail } = await answer.json()
          expect([method, path, answer.status, code]).toEqual([method, path, 503, 'studio_unavailable'])
          expect(detail).toMatch(/settings/i)
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
        })
      let isOver = false
      const over = Promise.all(answers).then(() => {
        isOver = true
      })
      for (const path of [features, '/settings', '/'])
        expect([path, (await fleet.get('alice', path, { accept: 'text/html' })).status]).toEqual([path, 200])
      // The gallery answers before the control plane was given up.
      if (trouble === 'hangs') expect(isOver).toBe(false)
      await over
      expect(performance.now() - began).toBeLessThan(15_000)
      expect((await fleet.get('alice', features)).status).toBe(200)
      held.resolve({ status: 503 })
    },
  )

  it('serves the page of the settings on hosts of galleries', async () => {
    await using fleet = await startStudio(kind, {})
    const answer = await fleet.get('alice', '/settings', { accept: 'text/html' })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache'])
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect((await fleet.host.request(`nobody.${baseDomain}`, '/settings', { headers: https })).status).toBe(
      404,
    )
  })
})
