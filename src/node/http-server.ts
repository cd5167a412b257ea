/** The HTTP server of the Node host: its limits, and the answers that Node would otherwise give by itself. */
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
import { asMessage, type RefuseEarly } from './early-refusals.ts'
import type { UnreadBodies } from './unread-bodies.ts'

/** Longer than Heroku's router keeps an idle connection (about 90 s), else it may pick one that is just being closed (H13). */
const keepAliveTimeoutMs = 95_000
/** From the first byte, or the connection, to the end of the headers. Time between two requests does not count. */
const defaultHeadersTimeoutMs = 20_000
/** From the first byte to the end of the body. Longer than the slowest upload that keeps its pace: 50 MB at 16 kB/s. */
const requestTimeoutMs = 3_600_000
/** How often the two limits above are looked at. */
const defaultTimeoutCheckMs = 5000
/** Request line and headers together. */
const maxHeaderBytes = 16 * 1024
/** Header lines of one request; a browser behind two proxies sends about 40. */
export const maxHeaderLines = 100
/** How long a client may go on sending after a request that could not be parsed. */
const lingerMs = 1000
/** At the limit of connections, idle ones are closed no more often than this. */
const makeRoomMs = 1000

export interface HttpServerOptions {
  listener: RequestListener
  /** Open connections; beyond it idle ones are closed, and a new one is dropped where all are busy. */
  maxConnections: number
  refuseEarly: RefuseEarly
  unreadBodies: UnreadBodies
  /** Told of the answers that are given here, before the program has the request; for counting. */
  onAnswered(status: number, code: ErrorCode): void
  /** Time for the headers of a request. Milliseconds. Default 20,000. */
  headersTimeoutMs?: number
  /** Default 5000. */
  timeoutCheckMs?: number
}

/** Makes the server. It does not listen yet. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { listener, maxConnections, refuseEarly, unreadBodies, onAnswered } = options
  const { headersTimeoutMs = defaultHeadersTimeoutMs, timeoutCheckMs = defaultTimeoutCheckMs } = options
  const latest = new WeakMap<Socket, ServerResponse>()
  const refused = new WeakSet<Socket>()

  function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    // After an announced close no request is processed any more (RFC 9112, section 9.6).
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

  /** Answers what could not be parsed or did not arrive in time, unless another answer is under way on the connection. */
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
    // Bytes that still arrive would reset the connection, and the client might lose the answer.
    setTimeout(() => socket.destroy(), lingerMs).unref()
  }

  const server = createServer(
    {
      // Node's own refusal of a request without a Host has no request id.
      requireHostHeader: false,
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: keepAliveTimeoutMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: timeoutCheckMs,
    },
    answer,
  )
  // Node ignores lines beyond its limit, so it has to see one more than is allowed.
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
      new PublisherError('expectation_failed', 'The only expectation that can be met is 100-continue.'),
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
  return new PublisherError('headers_too_large', `The headers of a request may have ${limits} at most.`)
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
