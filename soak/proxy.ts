/** HTTP proxies: a load balancer in front of the fleet, and a faulty gate in front of a vendor. */
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type LoopbackServer, startLoopbackServer } from '../dev/loopback-server.ts'
import { pause } from '../src/base/time.ts'

/** Header with the index of the host that answered. */
export const servedBy = 'x-soak-served-by'

/** Distributes requests over the hosts in turn and skips hosts that refuse the connection. */
export function startBalancer(ports: () => readonly number[]): Promise<LoopbackServer> {
  let turn = 0
  return startLoopbackServer(async (incoming, outgoing) => {
    const body = await buffer(incoming)
    const all = ports()
    const first = turn++
    for (let step = 0; step < all.length; step++) {
      const index = (first + step) % all.length
      const answer = await forward(incoming, body, all[index] ?? 0)
      if (answer === 'refused') continue
      if (answer === 'broken') return void outgoing.destroy()
      return pass(answer, outgoing, { [servedBy]: String(index) })
    }
    outgoing.writeHead(502).end()
  })
}

/** Fault in place of the vendor's answer; `lost` performs the request but drops the answer. */
export type Trouble =
  | { kind: 'answer'; status: number; headers?: Record<string, string> }
  | { kind: 'reset' | 'lost' }
  | { kind: 'slow'; ms: number }

/** Forwards requests to a server on loopback, except while a trouble is active. Keeps Host and signature unchanged. */
export function startGate(
  port: number,
  trouble: (call: IncomingMessage) => Trouble | undefined,
): Promise<LoopbackServer> {
  return startLoopbackServer(async (incoming, outgoing) => {
    const body = await buffer(incoming)
    const fault = trouble(incoming)
    if (fault?.kind === 'answer') return void outgoing.writeHead(fault.status, fault.headers).end()
    if (fault?.kind === 'reset') return void outgoing.destroy()
    if (fault?.kind === 'slow') await pause(fault.ms)
    const answer = await forward(incoming, body, port)
    if (typeof answer === 'string' || fault?.kind === 'lost') return void outgoing.destroy()
    pass(answer, outgoing, {})
  })
}

/** Forwards a request. `refused`: no server listens, so nothing was done. `broken`: the outcome is unknown. */
function forward(
  { method, url, rawHeaders }: IncomingMessage,
  body: Buffer,
  port: number,
): Promise<IncomingMessage | 'refused' | 'broken'> {
  return new Promise((resolve) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path: url, headers: rawHeaders, agent: false },
      resolve,
    )
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'broken'),
    )
    outgoing.end(body)
  })
}

function pass(answer: IncomingMessage, outgoing: ServerResponse, added: Record<string, string>): void {
  outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, [
    ...answer.rawHeaders,
    ...Object.entries(added).flat(),
  ])
  answer.on('error', () => outgoing.destroy())
  answer.pipe(outgoing)
}
