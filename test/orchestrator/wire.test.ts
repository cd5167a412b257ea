import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { AuditLine } from '../../orchestrator/contract/audit.ts'
import { startOrchestrator } from '../../orchestrator/server.ts'
import { writeFiles } from '../support/fixtures/orchestrator-files.ts'
import { primary, resolvePath, runtimePath } from '../support/fixtures/reference-orchestrator.ts'

const authorization = `Authorization: Bearer ${primary}`
const ref = '{"credentials_ref":"alice-storage"}'

async function start(limits: { requestTimeoutMs?: number } = {}) {
  const files = await writeFiles()
  const audit: AuditLine[] = []
  const running = await startOrchestrator({
    ...limits,
    port: 0,
    hostname: '127.0.0.1',
    plane: await files.plane({ audit: (line) => audit.push(line) }),
  })
  return {
    audit,
    /** Sends exactly these bytes. Returns the whole response. */
    async send(lines: readonly string[], body = ''): Promise<string> {
      const socket = connect(running.port, '127.0.0.1')
      socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`, 'latin1')
      return text(socket)
    },
    async [Symbol.asyncDispose]() {
      await running.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

const resolve = (...headers: string[]) => [
  `POST ${resolvePath} HTTP/1.1`,
  'Host: orchestrator',
  `Content-Length: ${ref.length}`,
  ...headers,
]
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

describe('the orchestrator on the wire', () => {
  it('answers a valid call', async () => {
    await using open = await start()
    const answer = await open.send(resolve(authorization, 'X-Tenant: alice'), ref)
    expect(statusOf(answer)).toBe(200)
    expect(answer).toContain('canary-of-alice')
  })

  it.each([
    ['a second X-Tenant', [authorization, 'X-Tenant: bob', 'X-Tenant: alice'], 404],
    ['the same X-Tenant twice', [authorization, 'X-Tenant: alice', 'X-Tenant: alice'], 404],
    ['X-Tenant with a line break in it', [authorization, 'X-Tenant: bob\r\n alice'], 400],
    ['X-Tenant with a bare line feed', [authorization, 'X-Tenant: bob\nX-Tenant: alice'], 400],
    ['X-Tenant with a NUL', [authorization, 'X-Tenant: alice\u0000'], 400],
    ['X-Tenant in Latin-1', [authorization, 'X-Tenant: alic\u00e9'], 404],
    ['X_Tenant', [authorization, 'X_Tenant: alice'], 400],
    ['a second token', [authorization, 'Authorization: Bearer other', 'X-Tenant: alice'], 403],
    ['the right token second', ['Authorization: Bearer other', authorization, 'X-Tenant: alice'], 403],
    ['two framings of its body', [authorization, 'X-Tenant: alice', 'Transfer-Encoding: chunked'], 400],
    ['two lengths of its body', [authorization, 'X-Tenant: alice', 'Content-Length: 0'], 400],
    ['a header that is too large', [authorization, 'X-Tenant: alice', `X-Long: ${'x'.repeat(20_000)}`], 431],
  ])('refuses a call with %s', async (_title, headers, status) => {
    await using open = await start()
    const answer = await open.send(resolve(...headers), ref)
    expect(statusOf(answer)).toBe(status)
    expect(answer).not.toContain('canary')
  })

  it('lets no caller inject lines into the response or the audit log', async () => {
    await using open = await start()
    const get = [
      `GET ${runtimePath}?host=x%0d%0aSet-Cookie:%20a=b%0a{} HTTP/1.1`,
      'Host: orchestrator',
      authorization,
    ]
    const answer = await open.send([...get, 'X-Request-Id: id"}\t{"forged":1'])
    expect(statusOf(answer)).toBe(404)
    expect(answer).not.toMatch(/set-cookie|forged/i)
    expect(open.audit).toHaveLength(1)
    expect(open.audit[0]?.request_id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('does not wait for a body that is declared too large', async () => {
    await using open = await start()
    const post = [
      `POST ${runtimePath} HTTP/1.1`,
      'Host: orchestrator',
      authorization,
      'Content-Length: 1000000000',
    ]
    expect(statusOf(await open.send(post))).toBe(413)
  })

  it('answers TRACE with 405 when a call of the contract has the path', async () => {
    await using open = await start()
    const statuses = []
    for (const path of [runtimePath, resolvePath])
      statuses.push(
        statusOf(await open.send([`TRACE ${path} HTTP/1.1`, 'Host: orchestrator', authorization])),
      )
    expect(statuses).toEqual([405, 405])
  })

  it('reads a body whose length is not declared', async () => {
    await using open = await start()
    const post = [
      `POST ${runtimePath} HTTP/1.1`,
      'Host: orchestrator',
      authorization,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ]
    const body = '{"host":"nobody.shibari.test"}'
    const answer = await open.send(post, `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
    expect(statusOf(answer)).toBe(404)
  })

  it('stops reading a body that becomes too large', async () => {
    await using open = await start()
    const post = [
      `POST ${runtimePath} HTTP/1.1`,
      'Host: orchestrator',
      authorization,
      'Transfer-Encoding: chunked',
    ]
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    expect(statusOf(await open.send(post, chunk.repeat(5)))).toBe(413)
  })
})

it('ends a call with 408 when its body does not arrive in time', async () => {
  await using orchestrator = await start({ requestTimeoutMs: 50 })
  const answer = await orchestrator.send(resolve(authorization, 'X-Tenant: alice'), ref.slice(0, 5))
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(orchestrator.audit).toHaveLength(0)
})
