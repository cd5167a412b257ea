import { describe, expect, it } from 'vitest'
import { adminEmail, auth, cookieOf, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, markedConfig, startFleet } from '../support/fixtures/fleet.ts'
import { nodeHost } from '../support/fixtures/hosts.ts'
import { openRaw } from '../support/fixtures/raw-connection.ts'

const alice = `alice.${baseDomain}`
const megabyte = Buffer.alloc(2 ** 20, 'x')

async function aliceAtNode(variables: Record<string, string> = {}) {
  const fleet = await startFleet(nodeHost, { ...signInVariables, ...variables })
  fleet.orchestrator.tenants.set(alice, { config: { ...markedConfig(true), auth } })
  return fleet
}

interface Refused {
  title: string
  status: number
  head: string
  headers?: string[]
  as?: string
  maxUploadMegabytes?: number
}

const form = 'content-type: multipart/form-data; boundary=x'
const own = 'sec-fetch-site: same-origin'
const refusedRequests: Refused[] = [
  { title: 'is not signed in', status: 401, head: 'POST /api/images/a.jpg/publish', headers: [own] },
  { title: 'uploads without a session', status: 401, head: 'POST /api/library/upload', headers: [own, form] },
  {
    title: 'is admin elsewhere',
    status: 403,
    head: 'POST /api/library/upload',
    headers: [own, form],
    as: 'other@x.test',
  },
  {
    title: 'comes from a sibling',
    status: 403,
    head: 'POST /api/images/a.jpg/keep',
    headers: ['sec-fetch-site: same-site'],
  },
  { title: 'comes over HTTP', status: 403, head: 'POST /api/x', headers: ['x-forwarded-proto: http'] },
  { title: 'has no service token', status: 401, head: 'POST /internal/invalidate' },
  {
    title: 'has a wrong service token',
    status: 403,
    head: 'POST /internal/invalidate',
    headers: ['authorization: Bearer wrong'],
  },
  { title: 'names no route', status: 404, head: 'POST /nonsense' },
  { title: 'names a route of another method', status: 405, head: 'PUT /api/images/list' },
  { title: 'has a body with a GET', status: 404, head: 'GET /nonsense' },
  {
    title: 'sends a photo over the limit',
    status: 413,
    head: 'POST /api/library/upload',
    headers: [own, form],
    as: adminEmail,
  },
  {
    title: 'sends a form of another type',
    status: 415,
    maxUploadMegabytes: 50,
    head: 'POST /api/library/upload',
    headers: [own, 'content-type: application/json'],
    as: adminEmail,
  },
  {
    title: 'sends JSON over the limit',
    status: 413,
    head: 'PATCH /api/images/a.jpg',
    headers: [own, 'content-type: application/json'],
    as: adminEmail,
  },
]

describe('a refused request with a large body', () => {
  it.each(refusedRequests)(
    'sends the whole answer and announces the close when a refused request $title',
    async ({ status, head, headers = [], as, maxUploadMegabytes = 1 }) => {
      await using fleet = await aliceAtNode({ LIBRARY_MAX_UPLOAD_MB: String(maxUploadMegabytes) })
      const { send, until, ended } = openRaw(fleet.host.port)
      const proto = headers.some((line) => line.startsWith('x-forwarded-proto'))
        ? []
        : ['x-forwarded-proto: https']
      const cookie = as === undefined ? [] : [`cookie: ${await cookieOf(as)}`]
      const lines = [`${head} HTTP/1.1`, `host: ${alice}`, `content-length: ${8 * 2 ** 20}`]
      await send([...lines, ...proto, ...cookie, ...headers, '', ''].join('\r\n'))
      await send(megabyte)
      // The rest is sent after the answer, like a client that writes before it reads.
      const answer = await until(/^HTTP\/1\.1 \d{3} [\s\S]*\r\n\r\n[\s\S]*"request_id":"[^"]+"\}/)
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(answer).toMatch(/\r\nconnection: close\r\n/i)
      for (let sent = 1; sent < 8; sent++) await send(megabyte)
      await ended()
    },
  )

  it('sends the whole answer and announces the close when bytes follow the end of a form', async () => {
    await using fleet = await aliceAtNode()
    const { send, until, ended } = openRaw(fleet.host.port)
    const lines = [
      'POST /api/library/upload HTTP/1.1',
      `host: ${alice}`,
      `content-length: ${4 * 2 ** 20}`,
      'x-forwarded-proto: https',
      own,
      form,
      `cookie: ${await cookieOf(adminEmail)}`,
    ]
    const part = 'content-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nabc'
    const whole = `--x\r\n${part}\r\n--x--\r\n`
    await send([...lines, '', whole].join('\r\n'))
    await send(megabyte)
    await until(/^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/)
    await send(megabyte)
    await send(megabyte)
    await send(megabyte.subarray(whole.length))
    expect(await ended()).toMatch(/\r\nconnection: close\r\n/i)
  })

  it('sends the whole answer and announces the close when a request has two Host headers', async () => {
    await using fleet = await aliceAtNode()
    const { send, until, ended } = openRaw(fleet.host.port)
    const length = `content-length: ${megabyte.length}`
    await send(`POST / HTTP/1.1\r\nhost: ${alice}\r\nhost: bob.${baseDomain}\r\n${length}\r\n\r\n`)
    await until(/"code":"host_mismatch"/)
    await send(megabyte)
    expect(await ended()).toMatch(/\r\nconnection: close\r\n/i)
  })

  it('keeps the connection open when the body arrived before the answer', async () => {
    await using fleet = await aliceAtNode()
    const { send, until } = openRaw(fleet.host.port)
    const head = `host: ${alice}\r\nx-forwarded-proto: https\r\n`
    await send(`POST /nonsense HTTP/1.1\r\n${head}content-length: 2\r\n\r\n{}`)
    expect(await until(/"code":"not_found"/)).not.toMatch(/connection: close/i)
    await send(`GET /health HTTP/1.1\r\n${head}\r\n`)
    await until(/"status":"ok"/)
  })

  it('ignores requests that follow on the connection after an announced close', async () => {
    await using fleet = await aliceAtNode()
    const { send, until, ended } = openRaw(fleet.host.port)
    const head = `host: ${alice}\r\nx-forwarded-proto: https\r\n`
    await send(`POST /nonsense HTTP/1.1\r\n${head}content-length: 4\r\n\r\n{}`)
    await until(/"code":"not_found"/)
    await send(`{}GET /api/config/features HTTP/1.1\r\n${head}x-request-id: behind\r\n\r\n`)
    expect(await ended()).not.toContain('behind')
    expect(fleet.host.lines.join()).not.toContain('behind')
  })
})

describe('a request that expects 100 Continue', () => {
  const head = (path: string, cookie = '') =>
    [
      `PATCH ${path} HTTP/1.1`,
      `host: ${alice}`,
      'x-forwarded-proto: https',
      own,
      'content-type: application/json',
      'content-length: 12',
      'expect: 100-continue',
      ...(cookie ? [`cookie: ${cookie}`] : []),
      '',
      '',
    ].join('\r\n')

  it('sends no 100 Continue when the headers alone lead to a refusal', async () => {
    await using fleet = await aliceAtNode()
    const { send, ended } = openRaw(fleet.host.port)
    await send(head('/api/images/a.jpg'))
    const answer = await ended()
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer).toMatch(/\r\nconnection: close\r\n/i)
  })

  it('sends 100 Continue when a route reads the body', async () => {
    await using fleet = await aliceAtNode()
    const { send, until } = openRaw(fleet.host.port)
    await send(head('/api/images/a.gif', await cookieOf()))
    await until(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
    await send('{"unknown":1')
    await until(/HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/)
  })
})
