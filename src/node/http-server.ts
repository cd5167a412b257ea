/** HTTP server of the Node host: its limits, and the answers that replace those of Node. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { ErrorCode } from '../base/error-codes.ts'
import { PublisherError } from '../base/errors.ts'
import { saneRequestId } from '../handlers/exchange.ts'
import { CommonHeadersResponse } from './common-headers.ts'
import { asMessage, type RefuseEarly } from './early-refusals.ts'
import type { UnreadBodies } from './unread-bodies.ts'

/** Lifetime of an idle connection, longer than at Heroku's router (about 90 s). Otherwise the router may use a closing connection (H13). */
const keepAliveTimeoutMs = 95_000
/** Time from the connection or the first byte to the end of the headers. Idle time between requests does not count. */
const defaultHeadersTimeoutMs = 20_000
/** Time from the first byte to the end of the body. Longer than the slowest permitted upload (50 MB at 16 kB/s). */
const requestTimeoutMs = 3_600_000
/** Interval at which Node enforces the two timeouts above. */
const defaultTimeoutCheckMs = 5000
/** Limit on the request line and headers together. */
const maxHeaderBytes = 16 * 1024
/** Limit on header lines. A browser behind two proxies sends about 40. */
export const maxHeaderLines = 100
/** Time until the socket of an unparsable request is destroyed. */
const lingerMs = 1000
/** Shortest interval between two closings of idle connections at the connection limit. */
const makeRoomMs = 1000

export interface HttpServerOptions {
  listener: RequestListener
  /** Limit on open connections. Beyond the limit, a new connection is dropped and idle connections are closed. */
  maxConnections: number
  refuseEarly: RefuseEarly
  unreadBodies: UnreadBodies
  /** Receives each answer that is given before the handler has the request, for the metrics. */
  onAnswered(status: number, code: ErrorCode): void
  /** Timeout for the headers of a request. Default 20,000. */
  headersTimeoutMs?: number
  /** Default 5000. */
  timeoutCheckMs?: number
}

/** Creates the server. It does not listen yet. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { listener, maxConnections, refuseEarly, unreadBodies, onAnswered } = options
  const { headersTimeoutMs = defaultHeadersTimeoutMs, timeoutCheckMs = defaultTimeoutCheckMs } = options
  const latest = new WeakMap<Socket, ServerResponse>()
  const refused = new WeakSet<Socket>()

  function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    // No request may be processed after an announced close (RFC 9112, section 9.6).
    if (unreadBodies.isEnding(incoming.socket)) return void incoming.resume()
    latest.set(incoming.socket, outgoing)
    const isTooMany = incoming.rawHeaders.length > 2 * maxHeaderLines
    if (isTooMany) refuse(incoming, outgoing, headersTooLarge())
    else listener(incoming, outgoing)
  }

  function refuse(incoming: IncomingMessage, outgoing: ServerResponse, error: PublisherError): void {
    const refusal = refuseEarly(error, saneRequestId(incoming.headers['x-request-id']?.toString()))
    onAnswered(refusal.status, error.code)
    unreadBodies.refuse(refusal, incoming, outgoing)
  }

  /** Answers a request that could not be parsed or did not arrive in time, unless another answer is in progress on the connection. */
  function refuseConnection(failure: NodeJS.ErrnoException, socket: Socket): void {
    if (refused.has(socket)) return
    const current = latest.get(socket)
    const isIdle = !current || current.writableFinished
    const isAboutCurrent = current && !current.req.complete && !current.headersSent
    if (failure.code === 'ECONNRESET' || !socket.writable || !(isIdle || isAboutCurrent)) {
      return void socket.destroy()
    }
    refused.add(socket)
    const error = errorOf(failure)
    const refusal = refuseEarly(error, crypto.randomUUID())
    onAnswered(refusal.status, error.code)
    socket.end(asMessage(refusal))
    // Destroying the socket at once would reset the connection, and the client might lose the answer.
    setTimeout(() => socket.destroy(), lingerMs).unref()
  }

  const server = createServer(
    {
      // Node's own refusal of a request without a Host has no request id.
      requireHostHeader: false,
      ServerResponse: CommonHeadersResponse,
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: keepAliveTimeoutMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: timeoutCheckMs,
    },
    answer,
  )
  // Node silently drops lines beyond its limit, so allow one line more to detect the excess.
  server.maxHeadersCount = maxHeaderLines + 1
  server.maxConnections = maxConnections
  server.on(
    'drop',
    atMostEvery(makeRoomMs, () => server.closeIdleConnections()),
  )
  server.on('clientError', refuseConnection)
  server.on('checkContinue', (incoming, outgoing) => {
    unreadBodies.expectContinue(incoming, outgoing)
    answer(incoming, outgoing)
  })
  server.on('checkExpectation', (incoming, outgoing) =>
    refuse(
      incoming,
      outgoing,
      new PublisherError('expectation_failed', 'Unsupported Expect header. Only 100-continue is supported.'),
    ),
  )
  return server
}

function errorOf({ code }: NodeJS.ErrnoException): PublisherError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return headersTooLarge()
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new PublisherError('request_too_large', 'The request is too large.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new PublisherError('request_too_slow', 'The request did not arrive in time.')
    default:
      return new PublisherError('invalid_request', 'This is not a valid HTTP request.')
  }
}

function headersTooLarge(): PublisherError {
  const limits = `${maxHeaderBytes / 1024} KiB and ${maxHeaderLines} lines`
  return new PublisherError('headers_too_large', `The request headers are too large. The limit is ${limits}.`)
}

function atMostEvery(ms: number, action: () => void): () => void {
  let nextAt = 0
  return () => {
    const time = performance.now()
    if (time < nextAt) return
    nextAt = time + ms
    action()
  }
}
