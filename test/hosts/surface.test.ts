import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseDomain, https, markedConfig, serviceToken, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost } from '../support/fixtures/hosts.ts'

const alice = `alice.${baseDomain}`

describeOnBothHosts('the HTTP surface', (kind) => {
  async function aliceOnly(variables: Record<string, string> = {}) {
    const fleet = await startFleet(kind, variables)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    return fleet
  }

  it('answers every request to a non-tenant host with the same 404', async () => {
    await using fleet = await aliceOnly()
    const headers = { ...https, 'x-request-id': 'same' }
    const unknownHosts = [
      `nobody.${baseDomain}`,
      baseDomain,
      `www.${baseDomain}`,
      `app.${baseDomain}`,
      `www.alice.${baseDomain}`,
      `a.b.${baseDomain}`,
      'localhost',
      '127.0.0.1',
      '[::1]',
      'example.org',
      `${'a'.repeat(64)}.${baseDomain}`,
    ]
    const answers = await Promise.all(
      unknownHosts.flatMap((host) =>
        ['/', '/api/images/list', '/openapi.json', '/nonsense'].map(async (path) => {
          const response = await fleet.host.request(host, path, { headers })
          response.headers.delete('date')
          return {
            status: response.status,
            headers: [...response.headers].sort(),
            body: await response.text(),
          }
        }),
      ),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.status).toBe(404)
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ code: 'tenant_not_found', request_id: 'same' })
    expect(fleet.orchestrator.calls.map(({ subject }) => subject)).toEqual([`nobody.${baseDomain}`])
  })

  it('identifies the tenant by the Host header only', async () => {
    await using fleet = await aliceOnly()
    const response = await fleet.get('alice', '/api/config/features', {
      'x-forwarded-host': `bob.${baseDomain}`,
      forwarded: `host=bob.${baseDomain}`,
      'x-tenant': 'bob',
      'x-original-host': `bob.${baseDomain}`,
    })
    expect(response.status).toBe(200)
    expect(fleet.orchestrator.calls.map(({ subject }) => subject)).toEqual([alice])
  })

  it('redirects a tenant’s HTTP to HTTPS, refuses requests with a body, and answers unknown hosts with 404', async () => {
    await using fleet = await aliceOnly()
    const http = { 'x-forwarded-proto': 'http' }
    const redirected = await fleet.host.request(`${alice}:80`, '//evil.example/x?y=1', { headers: http })
    expect(redirected.status).toBe(308)
    expect(redirected.headers.get('location')).toBe(`https://${alice}//evil.example/x?y=1`)
    const head = await fleet.host.request(alice, '/', { method: 'HEAD', headers: http })
    expect(head.status).toBe(308)
    const posted = await fleet.host.request(alice, '/api/images/x.jpg/keep', {
      method: 'POST',
      headers: http,
    })
    expect(posted.status).toBe(403)
    expect(await posted.json()).toMatchObject({ code: 'https_required' })
    expect((await fleet.host.request(`nobody.${baseDomain}`, '/', { headers: http })).status).toBe(404)
    expect((await fleet.host.request('10.0.0.1', '/health', { headers: http })).status).toBe(200)
  })

  it('stays on HTTP in development', async () => {
    await using fleet = await aliceOnly({ FORCE_HTTPS: 'false' })
    const response = await fleet.host.request(alice, '/api/config/features', {
      headers: { 'x-forwarded-proto': 'http' },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('strict-transport-security')).toBeNull()
  })

  it('sets the security headers on every answer', async () => {
    await using fleet = await aliceOnly()
    for (const path of ['/', '/api/config/features', '/api/images/list', '/nonsense', '/health']) {
      const { headers } = await fleet.get('alice', path)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('referrer-policy')).not.toBeNull()
      expect(headers.get('permissions-policy')).not.toBeNull()
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('preloads the page’s first requests in a document that is identical for all visitors', async () => {
    await using fleet = await aliceOnly()
    const walk = await fleet.get('alice', '/')
    const linked = await fleet.get('alice', '/?photo=a.jpg', { cookie: 'walk=0a1b2c3d.0a1b2c3d0a1b2c3d' })
    expect(walk.headers.get('link')).toBe('</api/images/random>; rel=preload; as=fetch; crossorigin')
    expect(linked.headers.get('link')).toContain('</api/images/a.jpg>; rel=preload; as=fetch; crossorigin')
    for (const { headers } of [walk, linked]) {
      expect(headers.get('cache-control')).toBe('no-cache')
      expect(headers.get('set-cookie')).toBeNull()
    }
    expect(linked.headers.get('etag')).toBe(walk.headers.get('etag'))
    expect(await linked.text()).toBe(await walk.text())
    const again = await fleet.get('alice', '/', { 'if-none-match': walk.headers.get('etag') ?? '' })
    expect([again.status, again.headers.get('link')]).toEqual([304, walk.headers.get('link')])
    expect(fleet.orchestrator.calls.map(({ path }) => path)).toEqual(['/v1/runtime/by-host'])
  })

  it('keeps a valid request id and replaces any other', async () => {
    await using fleet = await aliceOnly()
    const idFor = async (given: string) => {
      const { headers } = await fleet.get('alice', '/health', { 'x-request-id': given })
      expect(headers.get('x-correlation-id')).toBe(headers.get('x-request-id'))
      return headers.get('x-request-id')
    }
    expect(await idFor('abc-123_~.:+/=@')).toBe('abc-123_~.:+/=@')
    expect(await idFor('x'.repeat(128))).toBe('x'.repeat(128))
    for (const bad of ['x'.repeat(129), 'with space', 'quote"', 'a,b', '<script>', '']) {
      expect(await idFor(bad)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
    }
  })

  it('answers health checks on any host without calling another service', async () => {
    await using fleet = await aliceOnly()
    for (const path of ['/health', '/health/live', '/health/traffic']) {
      const response = await fleet.host.request('10.1.2.3', path)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ status: 'ok' })
    }
    expect(fleet.orchestrator.calls).toHaveLength(0)
  })

  it.each([
    ['302', { status: 302, headers: { location: '/login' } }],
    ['304', { status: 304 }],
    ['400', { status: 400 }],
    ['405 to each method', { status: 405 }],
    ['204', { status: 204 }],
    ['200 with a page', { status: 200, body: '<html>Welcome</html>' }],
    ['200 with half a configuration', { status: 200, body: { schema_version: 2, app_type: 'publisher_v2' } }],
  ])(
    'reports not ready while every lookup would fail because the orchestrator answers %s',
    async (_title, answer) => {
      await using fleet = await aliceOnly()
      fleet.orchestrator.script = () => answer
      const found = await fleet.host.request('any.example', '/health/ready')
      expect([found.status, await found.json()]).toEqual([
        503,
        {
          status: 'not_ready',
          reason: `the orchestrator answered ${answer.status} with something other than a runtime configuration`,
        },
      ])
      expect((await fleet.get('alice', '/api/config/features')).status).toBe(503)
    },
  )

  it.each([
    ['409', () => ({ status: 409 })],
    [
      'another app type',
      () => ({ status: 200, body: { schema_version: 2, tenant: 'x', app_type: 'other', config: {} } }),
    ],
    ['405 to POST', ({ method }: { method: string }) => (method === 'POST' ? { status: 405 } : undefined)],
  ])(
    'reports ready when the orchestrator gives an answer that lookups accept: %s',
    async (_title, script) => {
      await using fleet = await aliceOnly()
      fleet.orchestrator.script = script
      expect((await fleet.host.request('any.example', '/health/ready')).status).toBe(200)
    },
  )

  it('reports ready when the orchestrator answers and accepts the token', async () => {
    await using ready = await aliceOnly()
    const found = await ready.host.request('any.example', '/health/ready')
    expect([found.status, await found.json()]).toEqual([200, { status: 'ok', mode: 'orchestrator' }])

    await using refused = await aliceOnly()
    refused.orchestrator.tokens = new Set()
    const withoutToken = await refused.host.request('any.example', '/health/ready')
    expect([withoutToken.status, await withoutToken.json()]).toMatchObject([503, { status: 'not_ready' }])

    await using down = await aliceOnly()
    down.orchestrator.script = () => 'reset'
    const unreachable = await down.host.request('any.example', '/health/ready')
    expect([unreachable.status, await unreachable.json()]).toEqual([
      503,
      { status: 'not_ready', reason: 'the orchestrator cannot be reached' },
    ])
  })

  it('explains the codes of problem documents on every host', async () => {
    await using fleet = await aliceOnly()
    const [first, ...others] = await Promise.all(
      [alice, `nobody.${baseDomain}`, `app.${baseDomain}`, 'example.org'].map(async (host) => {
        const response = await fleet.host.request(host, '/errors', { headers: https })
        expect(response.status).toBe(200)
        expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
        return response.text()
      }),
    )
    expect(first).toContain('<section id="tenant_not_found">')
    for (const other of others) expect(other).toBe(first)
    expect(fleet.orchestrator.calls).toEqual([])
  })

  it('answers programs with a problem document and people with a page', async () => {
    await using fleet = await aliceOnly()
    const program = await fleet.get('alice', '/nonsense')
    expect(program.headers.get('content-type')).toBe('application/problem+json')
    expect(await program.json()).toEqual({
      type: '/errors#not_found',
      title: 'Not found',
      status: 404,
      detail: expect.any(String),
      code: 'not_found',
      request_id: program.headers.get('x-request-id'),
    })
    const page = await fleet.get('alice', '/%3Cb%3Enonsense', {
      accept: 'text/html,*/*',
      'x-request-id': 'abc',
    })
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await page.text()).toContain('Request abc')
    const api = await fleet.get('alice', '/api/nonsense', { accept: 'text/html' })
    expect(api.headers.get('content-type')).toBe('application/problem+json')
  })

  it('lists the methods of an address', async () => {
    await using fleet = await aliceOnly()
    const response = await fleet.host.request(alice, '/api/config/publishers', {
      method: 'DELETE',
      headers: https,
    })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET')
    const get = await fleet.get('alice', '/internal/invalidate')
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it.each(['list', 'random'])('does not treat /api/images/%s as a photo with any method', async (name) => {
    await using fleet = await aliceOnly()
    for (const method of ['PATCH', 'POST', 'DELETE']) {
      const path = `/api/images/${name}`
      const { status, headers } = await fleet.host.request(alice, path, { method, headers: https })
      expect([method, status, headers.get('allow')]).toEqual([method, 405, 'GET'])
    }
  })

  it('has no password login', async () => {
    await using fleet = await aliceOnly()
    const response = await fleet.host.request(alice, '/api/admin/login', {
      method: 'POST',
      headers: https,
      body: '{}',
    })
    expect(response.status).toBe(404)
  })

  it.each(['/api/auth/logout', '/api/admin/logout'])(
    'documents that programs must send Origin to %s',
    async (path) => {
      await using fleet = await aliceOnly()
      const document = await (await fleet.get('alice', '/openapi.json')).json()
      expect(document.paths[path].post.description).toContain('Programs must send `Origin`')
    },
  )

  it('serves its own API description', async () => {
    await using fleet = await aliceOnly()
    const response = await fleet.get('alice', '/openapi.json')
    const document: { openapi: string; paths: Record<string, unknown> } = await response.json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/health',
        '/api/images/random',
        '/api/images/{filename}/thumbnail',
        '/internal/invalidate',
      ]),
    )
  })

  it('answers arbitrary requests with a problem document and never with a 500', async () => {
    await using fleet = await aliceOnly()
    const paths = [
      '/api/images/',
      '/api/images/list',
      '/api/images/random',
      '/api/config/features',
      '/assets/',
      '/internal/',
      '/',
    ]
    const odd = fc.string({
      unit: fc.constantFrom('%', '2', 'e', 'f', '0', '.', '/', '\\', ';', '?', '&', '=', '<', "'", 'ü', 'a'),
    })
    const request = fc.record({
      path: fc
        .tuple(fc.constantFrom(...paths), odd)
        .map(([start, rest]) => encodeURI(start + rest).replaceAll('%25', '%')),
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
      headers: fc.dictionary(
        fc.constantFrom(
          'accept',
          'if-none-match',
          'range',
          'cookie',
          'origin',
          'content-type',
          'authorization',
          'x-request-id',
        ),
        fc.string({
          unit: fc.constantFrom('*', '/', '"', 'W', ',', ';', '=', 'q', '1', ' ', '-', 'a'),
          maxLength: 30,
        }),
      ),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ path, method, headers }) => {
        const response = await fleet.host.request(alice, path, { method, headers: { ...headers, ...https } })
        expect([500, 502]).not.toContain(response.status)
        if (
          response.status >= 400 &&
          method !== 'HEAD' &&
          !response.headers.get('content-type')?.startsWith('text/html')
        ) {
          expect(response.headers.get('content-type')).toBe('application/problem+json')
        }
      }),
      { numRuns: 400 },
    )
  }, 180_000)

  it('logs one line per request, with the fields to find it and without the query', async () => {
    await using fleet = await aliceOnly()
    await fleet.get('alice', '/api/config/features?token=canary', {
      'x-request-id': 'find-me',
      cookie: 'session=canary',
    })
    const lines = fleet.host.lines.filter((line) => line.includes('find-me'))
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      msg: 'request',
      request_id: 'find-me',
      tenant: 'alice',
      config_version: 'v1',
      method: 'GET',
      path: '/api/config/features',
      status: 200,
      duration_ms: expect.any(Number),
    })
    expect(fleet.host.lines.join()).not.toContain('canary')
    expect(fleet.host.lines.join()).not.toContain(serviceToken)
  })
})

describe('the Node host and ambiguous Host headers', () => {
  /** Sends raw bytes, which no HTTP client would. */
  async function raw(port: number, request: string): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    socket.end(request)
    return text(socket)
  }

  it.each([
    ['an absolute-form request line', `GET http://bob.${baseDomain}/ HTTP/1.1\r\nHost: ${alice}\r\n`],
    ['an absolute-form line with the same host', `GET http://${alice}/ HTTP/1.1\r\nHost: ${alice}\r\n`],
    ['two Host lines', `GET / HTTP/1.1\r\nHost: ${alice}\r\nHost: bob.${baseDomain}\r\n`],
    ['two Host lines that agree', `GET / HTTP/1.1\r\nHost: ${alice}\r\nHost: ${alice}\r\n`],
    ['no Host line', 'GET / HTTP/1.1\r\n'],
    ['no Host line in HTTP/1.0', 'GET / HTTP/1.0\r\n'],
    ['a Host with user info', `GET / HTTP/1.1\r\nHost: bob@${alice}\r\n`],
    ['a Host with a path', `GET / HTTP/1.1\r\nHost: ${alice}/x\r\n`],
  ])('refuses %s with 400', async (_title, head) => {
    await using fleet = await startFleet(nodeHost)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    const answer = await raw(
      fleet.host.port,
      `${head}X-Request-Id: a-sane-token\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toMatch(/^x-request-id: a-sane-token\r$/im)
    expect(answer).toMatch(/^x-correlation-id: a-sane-token\r$/im)
    expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im)
    expect(answer).toContain('"request_id":"a-sane-token"')
    expect(fleet.orchestrator.calls).toHaveLength(0)
  })

  it.each(['::1', '2001:db8::1', `${alice}:`, `${alice}:abc`, `${alice}:99999`, `${alice}:80:80`, '%zz'])(
    'answers 404 for the malformed host %s but still answers its health checks',
    async (host) => {
      await using fleet = await startFleet(nodeHost)
      fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
      const ask = (path: string) =>
        raw(fleet.host.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      const answer = await ask('/api/images/list')
      expect(answer).toMatch(/^HTTP\/1\.1 404 /)
      expect(answer).toContain('"code":"tenant_not_found"')
      expect(await ask('/health')).toMatch(/^HTTP\/1\.1 200 /)
      expect(fleet.orchestrator.calls).toHaveLength(0)
    },
  )

  it('refuses an authority-form target with 400', async () => {
    await using fleet = await startFleet(nodeHost)
    const head = `GET ${alice}:443 HTTP/1.1\r\nHost: ${alice}\r\nConnection: close\r\n\r\n`
    expect(await raw(fleet.host.port, head)).toMatch(/^HTTP\/1\.1 400 /)
  })
})
