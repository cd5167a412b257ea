/** Wraps nodemailer's callbacks in promises that also settle when the connection ends. */
import type { Socket } from 'node:net'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'

/** Runs a step. Rejects with the error of the step or the connection, with the reason of `signal`, or after the time limit. */
export type RunStep = <T>(
  signal: AbortSignal,
  start: (done: (error: Error | null, value: T) => void) => void,
) => Promise<T>

/** Creates the runner. `stepMs` limits a whole step, also with a server that sends its reply byte by byte. */
export function createSteps(smtp: SMTPConnection, socket: Socket, stepMs: number): RunStep {
  return async (signal, start) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(stepMs)])
    limit.throwIfAborted()
    const ended = new AbortController()
    try {
      return await new Promise((resolve, reject) => {
        const onEnd = () => reject(new Error('the connection was closed'))
        const onAbort = () => {
          reject(limit.reason)
          socket.destroy()
          smtp.close()
        }
        smtp.on('error', reject)
        smtp.on('end', onEnd)
        limit.addEventListener('abort', onAbort, { once: true })
        ended.signal.addEventListener('abort', () => {
          smtp.off('error', reject)
          smtp.off('end', onEnd)
          limit.removeEventListener('abort', onAbort)
        })
        start((error, value) => (error ? reject(error) : resolve(value)))
      })
    } finally {
      ended.abort()
    }
  }
}
