/** Connections of the Node host: refuses what could make two parts of the program see two different hosts. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import { PublisherError } from '../errors.ts'
import type { Handler } from '../handlers/app.ts'
import { saneRequestId } from '../handlers/exchange.ts'
import { problemOf } from '../handlers/problem.ts'
import type { ClientOf } from '../runtime/client-address.ts'
import { hostName } from '../runtime/host.ts'
import type { BackgroundWork } from './background.ts'
import type { Faults } from './faults.ts'

export interface ListenerOptions {
  handler: Handler
  /** What stands in front of this server decides. */
  clientOf: ClientOf
  faults: Faults
  /** Work that goes on after its answer, so that the process can wait for it. */
  background: BackgroundWork
  /** True while draining: answers then ask the client to close its connection. */
  isClosing(): boolean
  /** Told of the answers that are given here, before the program has the request; for counting. */
  onAnswered(status: 400 | 500): void
}

/** Makes the listener for `http.createServer`. */
export function createListener({
  handler,
  clientOf,
  background,
  faults,
  isClosing,
  onAnswered,
}: ListenerOptions): RequestListener {
  const listen = getRequestListener(
    (request, { incoming, outgoing }) => {
      const header = (name: string) => incoming.headers[name]?.toString()
      return handler(request, {
        host: incoming.headers.host ?? null,
        header,
        setHeader: (name, value) => outgoing.setHeader(name, value),
        client: () => clientOf(header, incoming.socket.remoteAddress),
        waitUntil: background.waitUntil,
      })
    },
    {
      errorHandler: (error) => {
        if (error instanceof RequestError) {
          onAnswered(400)
          const requestId = crypto.randomUUID()
          return new Response(hostProblem(requestId), { status: 400, headers: problemHeaders(requestId) })
        }
        onAnswered(500)
        faults.report('the adapter failed', error)
        return new Response(null, { status: 500 })
      },
    },
  )
  return (incoming, outgoing) => {
    if (isClosing()) outgoing.setHeader('connection', 'close')
    if (isHostUnambiguous(incoming)) {
      if (!isHostOfUrl(incoming.headers.host ?? '')) incoming.headers.host = nobodysHost
      void listen(incoming, outgoing)
      return
    }
    onAnswered(400)
    refuse(incoming, outgoing)
  }
}

/** What would make a URL of the host mean something else (RFC 3986, section 3.2): user information, a path, a query. */
const notOfAHost = /[\s@/\\?#]/

/**
 * One Host line and an origin-form target (RFC 9112, sections 3.2 and 3.2.1): an absolute-form target names a host of
 * its own, and the adapter would believe it.
 */
function isHostUnambiguous({ url, headers, rawHeaders }: IncomingMessage): boolean {
  let hostLines = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'host') hostLines++
  }
  return hostLines === 1 && !notOfAHost.test(headers.host ?? '') && url?.startsWith('/') === true
}

/** Stands for what cannot be the host of an address (RFC 2606, section 2): the program answers as for any host that is nobody's. */
const nobodysHost = 'nobody.invalid'
/** What most hosts look like, so that they need no closer look. */
const plainHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,4})?$/

/** Whether the adapter can build an address with it: unbracketed IPv6, say, and a port beyond 65,535 it refuses. */
function isHostOfUrl(host: string): boolean {
  return plainHost.test(host) || (hostName(host) !== null && URL.canParse(`http://${host}`))
}

function problemHeaders(requestId: string) {
  return {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    'x-correlation-id': requestId,
  }
}

function hostProblem(requestId: string): string {
  const error = new PublisherError(
    'host_mismatch',
    'A request has to name exactly one host, in its Host line.',
  )
  return JSON.stringify(problemOf(error, requestId))
}

function refuse({ headers }: IncomingMessage, outgoing: ServerResponse): void {
  const requestId = saneRequestId(headers['x-request-id']?.toString())
  outgoing.writeHead(400, { ...problemHeaders(requestId), connection: 'close' })
  outgoing.end(hostProblem(requestId))
}
