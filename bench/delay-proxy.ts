/** A server some milliseconds away: forwards each request after a pause, and notes when it came and when its answer ended. */
import { type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { startLoopbackServer } from '../dev/loopback-server.ts'
import { pause } from '../src/base/time.ts'

export interface DelayedCall {
  path: string
  /** Times of `Date.now()`, as the caller sees them. */
  from: number
  to: number
}

export interface DelayProxy {
  url: string
  calls: DelayedCall[]
  close(): Promise<void>
}

interface Answer {
  status: number
  headers: OutgoingHttpHeaders
  body: Buffer
}

/**
 * Starts the proxy. `delayMs` passes once for each request: connections cost nothing. Answers to paths that `keeps` names are kept and
 * sent again for equal headers, as a vendor keeps its thumbnails.
 */
export async function startDelayProxy(
  target: string,
  delayMs: number,
  keeps: (path: string) => boolean = () => false,
): Promise<DelayProxy> {
  const calls: DelayedCall[] = []
  const kept = new Map<string, Answer>()
  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { url: path = '/', headers } = incoming
    const call = { path, from: Date.now(), to: Number.NaN }
    calls.push(call)
    const body = await buffer(incoming)
    await pause(delayMs)
    const key = keeps(path) ? `${path} ${headers['dropbox-api-arg']}` : undefined
    const answer = (key && kept.get(key)) || (await forward(target, incoming, body))
    if (key !== undefined) kept.set(key, answer)
    outgoing.writeHead(answer.status, answer.headers).end(answer.body)
    call.to = Date.now()
  }
  const { port, close } = await startLoopbackServer(respond)
  return { url: `http://127.0.0.1:${port}`, calls, close }
}

function forward(
  target: string,
  { method, url: path, rawHeaders: headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const { hostname, port } = new URL(target)
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (incoming) => {
      const { statusCode: status = 502, headers } = incoming
      buffer(incoming).then((body) => resolve({ status, headers: withoutLength(headers), body }), reject)
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

/** Leaves out how the body was sent, because this server sends it whole. */
function withoutLength(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...rest } = headers
  return rest
}
