/** Request listener of the Node host. Refuses requests whose host is ambiguous. */
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
import { CommonHeadersResponse } from './common-headers.ts'
import type { RefuseEarly } from './early-refusals.ts'
import type { Faults } from './faults.ts'
import type { UnreadBodies } from './unread-bodies.ts'

export interface ListenerOptions {
  handler: Handler
  /** Returns the client's address. Choose the function that fits the proxy in front of this server. */
  clientOf: ClientOf
  faults: Faults
  /** Work that continues after its answer, so that the process can wait for its end. */
  background: BackgroundWork
  /** True while draining: answers then ask the client to close its connection. */
  isClosing(): boolean
  refuseEarly: RefuseEarly
  unreadBodies: UnreadBodies
  /** Receives each answer that is given before the handler has the request, for the metrics. */
  onAnswered(status: number, code: ErrorCode): void
}

/** Creates the listener for `http.createServer`. */
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
        setHeaders: (list) => setCommonHeaders(outgoing, list),
        client: () => clientOf(header, incoming.socket.remoteAddress),
        waitUntil: background.waitUntil,
      })
      // The adapter also has types for HTTP/2, which this server does not serve.
      if (!(incoming instanceof IncomingMessage && outgoing instanceof ServerResponse)) return answer
      if (!(answer instanceof Promise) && !hasBody(incoming)) return answer
      return Promise.resolve(answer).then((response) =>
        incoming.complete ? response : unreadBodies.answer(response, incoming, outgoing),
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
      if (!isHostOfUrl(incoming.headers.host ?? '')) incoming.headers.host = invalidHost
      void listen(incoming, outgoing)
      return
    }
    if (isHealthCheck(incoming)) {
      incoming.headers.host = invalidHost
      void listen(incoming, outgoing)
      return
    }
    const error = hostMismatch()
    const refusal = refuseEarly(error, saneRequestId(incoming.headers['x-request-id']?.toString()))
    onAnswered(refusal.status, error.code)
    unreadBodies.refuse(refusal, incoming, outgoing)
  }
}

/** Characters that would change the meaning of a URL with this host: user information, a path, a query (RFC 3986, section 3.2). */
const notOfAHost = /[\s@/\\?#]/

/**
 * Checks if the request has exactly one Host header and an origin-form target (RFC 9112, sections 3.2 and 3.2.1). An absolute-form target
 * names its own host, which the adapter would trust.
 */
function isHostUnambiguous(incoming: IncomingMessage): boolean {
  const { url, headers } = incoming
  return hostLines(incoming) === 1 && !notOfAHost.test(headers.host ?? '') && url?.startsWith('/') === true
}

/**
 * Checks if the request is a health check, which belongs to no host. Load balancers send HTTP/1.0 without a Host header, or with any text
 * in the header (HAProxy, `option httpchk`). HTTP/1.1 always requires one Host header (RFC 9112, section 3.2).
 */
function isHealthCheck(incoming: IncomingMessage): boolean {
  const { url = '', httpVersion } = incoming
  const lines = hostLines(incoming)
  return (lines === 1 || (lines === 0 && httpVersion === '1.0')) && isHealthPath(url.split('?', 1)[0] ?? '')
}

function hostLines({ rawHeaders }: IncomingMessage): number {
  let lines = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') lines++
  }
  return lines
}

/** Checks if a body follows the headers (RFC 9112, section 6.3). `complete` tells so only after the turn of the event loop. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function setCommonHeaders(outgoing: object, list: readonly string[]): void {
  if (!(outgoing instanceof CommonHeadersResponse))
    throw new TypeError('The server needs CommonHeadersResponse.')
  outgoing.setCommonHeaders(list)
}

/** Stand-in for an unusable host (RFC 2606, section 2). The handler answers as for any unknown host. */
const invalidHost = 'unusable.invalid'
/** Fast path for most hosts. */
const plainHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,4})?$/

/** Checks if the adapter can build a URL with this host. It refuses IPv6 without brackets, for example, and a port beyond 65,535. */
function isHostOfUrl(host: string): boolean {
  return plainHost.test(host) || (hostName(host) !== null && URL.canParse(`http://${host}`))
}

function hostMismatch(): PublisherError {
  return new PublisherError('host_mismatch', 'A request must name exactly one host, in its Host header.')
}
