/**
 * Proxy in front of the mail server that refuses, cuts or slows connections, or ends them before a mail's
 * confirmation.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { LoopbackServer } from '../dev/loopback-server.ts'
import { pause } from '../src/base/time.ts'
import { slowMs, type TroubleKind } from './troubles.ts'

/** Greetings of a server without capacity. It closes the connection after a 421 (RFC 5321, section 3.8). */
const refusals = {
  error: '421 4.3.2 Not available now\r\n',
  outage: '421 4.3.2 Not available now\r\n',
  limit: '421 4.7.0 Too many connections\r\n',
} as const

/** Forwards connections to a mail server on loopback, except while a trouble is active. */
export async function startMailGate(
  port: number,
  trouble: () => TroubleKind | undefined,
): Promise<LoopbackServer> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.on('close', () => sockets.delete(client))
    // Either side may hang up at any time.
    client.on('error', () => {})
    void admit(client, port, trouble())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The mail gate has no port.')
  return {
    port: address.port,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}

async function admit(client: Socket, port: number, kind: TroubleKind | undefined): Promise<void> {
  if (kind === 'reset') return void client.resetAndDestroy()
  if (kind === 'error' || kind === 'limit' || kind === 'outage') return void client.end(refusals[kind])
  if (kind === 'slow') await pause(slowMs)
  const server = connect(port, '127.0.0.1')
  server.on('error', () => client.destroy())
  server.on('close', () => client.destroy())
  client.on('close', () => server.destroy())
  client.pipe(server)
  if (kind === 'lost') loseAnswerToMail(client, server)
  else server.pipe(client)
}

/** Delivers the mail but drops its confirmation. */
function loseAnswerToMail(client: Socket, server: Socket): void {
  let tail = ''
  let isMailSent = false
  client.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('latin1')).slice(-5)
    isMailSent ||= tail === '\r\n.\r\n'
  })
  server.on('data', (chunk) => {
    if (isMailSent) client.destroy()
    else client.write(chunk)
  })
}
