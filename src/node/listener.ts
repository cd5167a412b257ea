/** Connections of the Node host: refuses what could make two parts of the program see two different hosts. */
import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { ErrorCode } from '../base/error-codes.ts'
import { PublisherError } from '../base/errors.ts'
import { hostName } from '../contract/host.ts'
import type { Handler } from '../handlers/app.ts'
import { saneRequestId } from '../handlers/exchange.ts'
import { toPublisherError } from '../handlers/problem.ts'
import { isHealthPath } from '../handlers/routes/health.ts'
import type { ClientOf } from '../runtime/limits/client-address.ts'
import type { BackgroundWork } from './background.ts'
import type { RefuseEarly } from './early-refusals.ts'
import type { Faults } from './faults.ts'
import type { UnreadBodies } from './unread-bodies.ts'

export interface ListenerOptions {
  handler: Handler
  /** What stands in front of this server decides. */
  clientOf: ClientOf
  faults: Faults
  /** Work that goes on after its answer, so that the process can wait for it. */
  background: BackgroundWork
  /** True while draining: answers then ask the client to close its connection. */
  isClosing(): boolean
  refuseEarly: RefuseEarly
  unreadBodies: UnreadBodies
  /** Told of the answers that are given here, before the program has the request; for counting. */
  onAnswered(status: number, code: ErrorCode): void
}

/** Makes the listener for `http.createServer`. */
export function createListener({
  handler,
  clientOf,
  background,
  faults,
  isClosing,
  refuseEarly,
  unreadBodies,
  onAnswered,
}: ListenerOptions): RequestListener {
  const listen = getRequestListener(
    (request, { incoming, outgoing }) => {
      const header = (name: string) => incoming.headers[name]?.toString()
      const answer = handler(request, {
        host: incoming.headers.host ?? null,
        header,
        setHeader: (name, value) => outgoing.setHeader(name, value),
        client: () => clientOf(header, incoming.socket.remoteAddress),
        waitUntil: background.waitUntil,
      })
      return answer.then((response) =>
        // HTTP/2, whose types the adapter also has, is not served here.
        incoming.complete || !(incoming instanceof IncomingMessage && outgoing instanceof ServerResponse)
          ? response
          : unreadBodies.answer(response, incoming, outgoing),
      )
    },
    {
      errorHandler: (error) => {
        const isOfClient = error instanceof RequestError
        if (!isOfClient) faults.report('the adapter failed', error)
        const refused = isOfClient ? hostMismatch() : toPublisherError(error)
        const { status, headers, body } = refuseEarly(refused, crypto.randomUUID())
        onAnswered(status, refused.code)
        return new Response(body, { status, headers })
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
    if (isHealthCheck(incoming)) {
      incoming.headers.host = nobodysHost
      void listen(incoming, outgoing)
      return
    }
    const error = hostMismatch()
    const refusal = refuseEarly(error, saneRequestId(incoming.headers['x-request-id']?.toString()))
    onAnswered(refusal.status, error.code)
    unreadBodies.refuse(refusal, incoming, outgoing)
  }
}

/** What would make a URL of the host mean something else (RFC 3986, section 3.2): user information, a path, a query. */
const notOfAHost = /[\s@/\\?#]/

/**
 * One Host line and an origin-form target (RFC 9112, sections 3.2 and 3.2.1): an absolute-form target names a host of
 * its own, and the adapter would believe it.
 */
function isHostUnambiguous(incoming: IncomingMessage): boolean {
  const { url, headers } = incoming
  return hostLines(incoming) === 1 && !notOfAHost.test(headers.host ?? '') && url?.startsWith('/') === true
}

/**
 * Load balancers ask for health by HTTP/1.0 without a Host line, or with a word of their own in it (HAProxy, `option httpchk`). Health
 * belongs to no host. HTTP/1.1 requires one Host line everywhere (RFC 9112, section 3.2).
 */
function isHealthCheck(incoming: IncomingMessage): boolean {
  const { url = '', httpVersion } = incoming
  const lines = hostLines(incoming)
  return (lines === 1 || (lines === 0 && httpVersion === '1.0')) && isHealthPath(url.split('?', 1)[0] ?? '')
}

function hostLines({ rawHeaders }: IncomingMessage): number {
  let lines = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'host') lines++
  }
  return lines
}

/** Stands for what cannot be the host of an address (RFC 2606, section 2): the program answers as for any host that is nobody's. */
const nobodysHost = 'nobody.invalid'
/** What most hosts look like, so that they need no closer look. */
const plainHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,4})?$/

/** Whether the adapter can build an address with it: unbracketed IPv6, say, and a port beyond 65,535 it refuses. */
function isHostOfUrl(host: string): boolean {
  return plainHost.test(host) || (hostName(host) !== null && URL.canParse(`http://${host}`))
}

function hostMismatch(): PublisherError {
  return new PublisherError('host_mismatch', 'A request has to name exactly one host, in its Host line.')
}
