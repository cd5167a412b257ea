/**
 * Requests that are answered before their body has arrived. Closing such a connection at once resets the connection, and the client may
 * lose the answer (RFC 9112, section 9.6). So the answer announces the close, and the server drains the body within bounds.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { EarlyRefusal } from './early-refusals.ts'

/** Longest time for draining. */
const lingerMs = 5000
/** Upper bound on drained bytes. Larger than the largest upload. */
const lingerBytes = 64 * 2 ** 20

export interface UnreadBodies {
  /** Sends `100 Continue` when the body is first read, so that a refused client need not send it. */
  expectContinue(incoming: IncomingMessage, outgoing: ServerResponse): void
  /** Adapts the response to a request whose body is still arriving. */
  answer(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<Response>
  /** Sends an early refusal and ends the connection once the request's body is drained. */
  refuse(refusal: EarlyRefusal, incoming: IncomingMessage, outgoing: ServerResponse): void
  /** Checks if the end of the connection was announced. Further requests on it must not be processed. */
  isEnding(socket: Socket): boolean
}

/** Creates the handling of unread bodies for one server. */
export function createUnreadBodies(): UnreadBodies {
  const ending = new WeakSet<Socket>()
  const awaited = new WeakMap<IncomingMessage, () => void>()
  return {
    isEnding: (socket) => ending.has(socket),

    expectContinue(incoming, outgoing) {
      const giveUp = () => {
        awaited.delete(incoming)
        incoming.off('newListener', onListener)
      }
      const onListener = (event: string | symbol) => {
        if (event !== 'data') return
        giveUp()
        outgoing.writeContinue()
      }
      awaited.set(incoming, giveUp)
      incoming.on('newListener', onListener)
    },

    refuse({ status, headers, body }, incoming, outgoing) {
      ending.add(incoming.socket)
      outgoing.writeHead(status, { ...headers, connection: 'close' })
      outgoing.write(body)
      const isAwaited = awaited.get(incoming)
      isAwaited?.()
      void (isAwaited ? Promise.resolve() : drained(incoming)).then(() => outgoing.end())
    },

    async answer(response, incoming, outgoing) {
      ending.add(incoming.socket)
      outgoing.setHeader('connection', 'close')
      const giveUp = awaited.get(incoming)
      if (giveUp) {
        // The client still waits for `100 Continue` and gets the answer instead.
        giveUp()
        return response
      }
      const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream') === true
      if (isEndless) return response
      if (response.body === null) {
        await drained(incoming)
        return response
      }
      return heldOpen(response, incoming)
    },
  }
}

/** Returns the same response, which the client can read at once. It ends only after the request's body is drained. */
async function heldOpen(response: Response, incoming: IncomingMessage): Promise<Response> {
  const { status } = response
  const headers = new Headers(response.headers)
  let source = response.body
  if (!headers.has('content-length')) {
    const bytes = new Uint8Array(await response.arrayBuffer())
    headers.set('content-length', String(bytes.byteLength))
    source = new Blob([bytes]).stream()
  }
  const held = new TransformStream<Uint8Array, Uint8Array>({ flush: () => drained(incoming) })
  return new Response(source?.pipeThrough(held) ?? null, { status, headers })
}

/** Reads and drops the rest of the body. Resolves at the end of the body or at a bound. */
function drained(incoming: IncomingMessage): Promise<void> {
  if (incoming.readableEnded || incoming.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    let leftBytes = lingerBytes
    const end = () => {
      clearTimeout(timer)
      incoming.off('data', drop).off('end', end).off('close', end).off('error', end)
      resolve()
    }
    const drop = ({ length }: Uint8Array) => {
      leftBytes -= length
      if (leftBytes < 0) end()
    }
    const timer = setTimeout(end, lingerMs)
    // The handler is done, and its own reader would buffer the rest.
    incoming.removeAllListeners('data')
    incoming.on('data', drop).on('end', end).on('close', end).on('error', end)
    incoming.resume()
  })
}
