import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createEarlyRefusals } from '../../src/node/early-refusals.ts'
import { createListener } from '../../src/node/listener.ts'
import { createUnreadBodies } from '../../src/node/unread-bodies.ts'
import { clientOfPeer } from '../../src/runtime/limits/client-address.ts'

const seen: unknown[] = []
const server = createServer(
  { requireHostHeader: false },
  createListener({
    handler: () => Promise.reject(new Error('a defect')),
    clientOf: clientOfPeer,
    background: { waitUntil: () => undefined, settled: async () => 0 },
    faults: { report: (kind) => seen.push(kind) },
    isClosing: () => true,
    refuseEarly: createEarlyRefusals([]),
    unreadBodies: createUnreadBodies(),
    onAnswered: (status) => seen.push(status),
  }),
)
let port: number
beforeEach(async () => {
  seen.length = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

/** Sends these lines unchanged. */
function send(...lines: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write([...lines, 'connection: close', '', ''].join('\r\n'))
  return text(socket)
}

it.each([
  ['no Host header', ['GET / HTTP/1.1']],
  ['two Host headers', ['GET / HTTP/1.1', 'host: a.example', 'host: b.example']],
  ['a target that names a host', ['GET http://b.example/ HTTP/1.1', 'host: a.example']],
])('counts the refusal of a request with %s', async (_title, lines) => {
  expect(await send(...lines)).toMatch(/^HTTP\/1\.1 400 /)
  expect(seen).toEqual([400])
})

it('counts and reports a request that the handler fails to answer', async () => {
  expect(await send('GET / HTTP/1.1', 'host: a.example')).toMatch(/^HTTP\/1\.1 500 /)
  expect(seen).toEqual(['the adapter failed', 500])
})
