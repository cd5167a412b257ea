/** One TCP connection to a host, for requests that no HTTP client would send. */
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RawConnection {
  socket: Socket
  /** Writes as fast as the host reads. Resolves when all is handed over, rejects where the connection is reset. */
  send(bytes: string | Uint8Array): Promise<void>
  /** Resolves with all that was received once it matches, rejects where the connection ends before. */
  until(pattern: RegExp): Promise<string>
  /** Resolves with all that was received when the host ends the connection in order, rejects where it resets it. */
  ended(): Promise<string>
}

/** Opens the connection; it is closed when the test is over. */
export function openRaw(port: number): RawConnection {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  let received = ''
  let failure: Error | undefined
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
  })
  socket.on('error', (error) => {
    failure = error
  })
  const next = () =>
    new Promise<void>((resolve) => {
      for (const event of ['data', 'end', 'close', 'error']) socket.once(event, () => resolve())
    })
  const isOver = () => socket.readableEnded || socket.destroyed || failure !== undefined
  return {
    socket,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
    async until(pattern) {
      while (!pattern.test(received)) {
        if (isOver()) throw failure ?? new Error(`The connection ended after: ${received}`)
        await next()
      }
      return received
    },
    async ended() {
      while (!isOver()) await next()
      socket.end()
      if (failure) throw failure
      return received
    },
  }
}
