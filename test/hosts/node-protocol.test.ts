import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEarlyRefusals } from '../../src/node/early-refusals.ts'
import { createHttpServer } from '../../src/node/http-server.ts'
import { createUnreadBodies } from '../../src/node/unread-bodies.ts'
import { baseDomain, markedConfig, startFleet } from '../support/fixtures/fleet.ts'
import { nodeHost } from '../support/fixtures/hosts.ts'
import { openRaw } from '../support/fixtures/raw-connection.ts'

const alice = `alice.${baseDomain}`

async function aliceAtNode(variables: Record<string, string> = {}) {
  const fleet = await startFleet(nodeHost, variables)
  fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
  return fleet
}

async function raw(port: number, request: string): Promise<string> {
  const { send, ended } = openRaw(port)
  await send(request)
  return ended()
}

const securityHeaders = [
  /\r\ncontent-security-policy: default-src 'none'/,
  /\r\nstrict-transport-security: max-age=/,
  /\r\nx-content-type-options: nosniff\r\n/,
  /\r\nreferrer-policy: /,
  /\r\npermissions-policy: /,
  /\r\ncross-origin-resource-policy: same-origin\r\n/,
  /\r\ncache-control: no-store\r\n/,
  /\r\ncontent-type: application\/problem\+json\r\n/,
  /\r\nconnection: close\r\n/i,
]

describe('a request that Node itself refuses', () => {
  const host = `Host: ${alice}\r\n`
  it.each<[title: string, status: number, code: string, request: string]>([
    ['is not HTTP', 400, 'invalid_request', 'hello\r\n\r\n'],
    ['has a malformed header', 400, 'invalid_request', `GET / HTTP/1.1\r\n${host}a b: c\r\n\r\n`],
    ['names an authority', 400, 'invalid_request', `GET ${alice}:443 HTTP/1.1\r\n${host}\r\n`],
    [
      'has a length and an encoding',
      400,
      'invalid_request',
      `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    [
      'has a malformed chunk',
      400,
      'invalid_request',
      `POST /nonsense HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
    ],
    [
      'has 100 KB of headers',
      431,
      'headers_too_large',
      `GET / HTTP/1.1\r\n${host}a: ${'x'.repeat(100_000)}\r\n\r\n`,
    ],
    [
      'has 101 header lines',
      431,
      'headers_too_large',
      `GET / HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(100)}\r\n`,
    ],
    ['expects something unknown', 417, 'expectation_failed', `GET / HTTP/1.1\r\n${host}Expect: tea\r\n\r\n`],
    ['names no host', 400, 'host_mismatch', 'GET / HTTP/1.1\r\n\r\n'],
  ])(
    'answers with a problem document and the security headers when a request %s',
    async (_title, status, code, request) => {
      await using fleet = await aliceAtNode()
      const answer = await raw(fleet.host.port, request)
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      for (const header of securityHeaders) expect(answer.toLowerCase()).toMatch(header)
      const [, id] = /\r\nx-request-id: (\S+)\r\n/i.exec(answer) ?? []
      expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status, code, request_id: id })
      expect(fleet.orchestrator.calls).toHaveLength(0)
    },
  )

  it('accepts 100 header lines', async () => {
    await using fleet = await aliceAtNode()
    const lines = `${host}Connection: close\r\n${'a: b\r\n'.repeat(98)}`
    expect(await raw(fleet.host.port, `GET /health HTTP/1.1\r\n${lines}\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('writes no second answer between the bytes of the first', async () => {
    await using fleet = await aliceAtNode()
    const first = `GET /api/config/features HTTP/1.1\r\n${host}x-forwarded-proto: https\r\n\r\n`
    const answer = await raw(fleet.host.port, `${first}nonsense\r\n\r\n`).catch(() => '')
    expect(answer).not.toMatch(/^HTTP\/1\.1 400/)
  })

  it('counts requests that Node refuses', async () => {
    const token = 'metrics-token-of-32-characters-xx'
    await using fleet = await aliceAtNode({ METRICS_TOKEN: token })
    await raw(fleet.host.port, 'hello\r\n\r\n')
    const headers = { authorization: `Bearer ${token}` }
    const text = await (await fleet.host.request(alice, '/metrics', { headers })).text()
    expect(text).toMatch(/code="invalid_request",[^}]*\} 1\n/)
  })
})

describe('a client that sends its headers slowly', () => {
  async function listening(headersTimeoutMs?: number) {
    const server = createHttpServer({
      listener: (_incoming, outgoing) => void outgoing.end('done'),
      maxConnections: 10,
      refuseEarly: createEarlyRefusals([['x-content-type-options', 'nosniff']]),
      unreadBodies: createUnreadBodies(),
      onAnswered: () => undefined,
      ...(headersTimeoutMs && { headersTimeoutMs, timeoutCheckMs: 10 }),
    })
    onTestFinished(() => void server.close())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    // A listening TCP server has this kind of address.
    return { server, port: (server.address() as AddressInfo).port }
  }

  it.each(['', 'GET / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nx: y'])(
    'answers 408 with the security headers when the headers time out after "%s"',
    async (beginning) => {
      const { port } = await listening(50)
      const { send, ended } = openRaw(port)
      await send(beginning)
      const answer = await ended()
      expect(answer).toMatch(/^HTTP\/1\.1 408 /)
      expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/)
      expect(answer).toContain('"code":"request_too_slow"')
    },
  )

  it('allows 20 s for the headers', async () => {
    const { server } = await listening()
    expect([server.headersTimeout, server.requestTimeout]).toEqual([20_000, 3_600_000])
  })

  it('does not count an idle keep-alive connection as slow', async () => {
    const { server, port } = await listening(50)
    expect(server.keepAliveTimeout).toBe(95_000)
    const patient = openRaw(port)
    await patient.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await patient.until(/done/)
    // Later connections hit the limit one after the other.
    for (let later = 0; later < 3; later++) await openRaw(port).ended()
    await patient.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await patient.until(/done[\s\S]*done/)
  })
})

describe('the limit of connections', () => {
  it('closes idle connections when new connections exceed the limit', async () => {
    await using fleet = await aliceAtNode({ MAX_CONNECTIONS: '10' })
    const idle = Array.from({ length: 10 }, () => openRaw(fleet.host.port))
    for (const { send, until } of idle) {
      await send(`GET /health HTTP/1.1\r\nHost: ${alice}\r\n\r\n`)
      await until(/"status":"ok"/)
    }
    // The first connection over the limit is dropped and makes room.
    await openRaw(fleet.host.port)
      .ended()
      .catch(() => '')
    await Promise.all(idle.map(({ ended }) => ended()))
    const { send, until } = openRaw(fleet.host.port)
    await send(`GET /health HTTP/1.1\r\nHost: ${alice}\r\n\r\n`)
    await until(/"status":"ok"/)
  })
})

describe('health for load balancers', () => {
  const paths = ['/health', '/health/live', '/health/ready', '/health/traffic']

  it.each(paths)('answers %s when an HTTP/1.0 request has no Host header', async (path) => {
    await using fleet = await aliceAtNode()
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      expect(await raw(fleet.host.port, `${method} ${path} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
    }
  })

  it.each(['', 'haproxy check', 'user@x', '::1', '_', 'x'.repeat(300)])(
    'answers when the Host header is "%s"',
    async (host) => {
      await using fleet = await aliceAtNode()
      for (const version of ['1.0', '1.1']) {
        const request = `GET /health/live?x=1 HTTP/${version}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
        expect(await raw(fleet.host.port, request)).toMatch(/^HTTP\/1\.1 200 /)
      }
    },
  )

  it.each([
    ['HTTP/1.1 has no Host header', 'GET /health HTTP/1.1\r\n\r\n'],
    ['there are two Host headers', 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['the target names a host', 'GET http://a.example/health HTTP/1.0\r\n\r\n'],
    ['another path has no Host header', 'GET / HTTP/1.0\r\n\r\n'],
    ['a path below has no Host header', 'GET /health/other HTTP/1.0\r\n\r\n'],
    ['an API path has no Host header', 'GET /api/images/list HTTP/1.0\r\n\r\n'],
  ])('refuses with 400 when %s', async (_title, request) => {
    await using fleet = await aliceAtNode()
    expect(await raw(fleet.host.port, request)).toMatch(/^HTTP\/1\.1 400 /)
  })
})
