/** Runs nodemailer's callbacks one after another as promises that also end when the connection does. */
import type { Socket } from 'node:net'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'

/** Rejects with the error of the step or of the connection, with the reason of `signal`, or after the time of one step. */
export type RunStep = <T>(
  signal: AbortSignal,
  start: (done: (error: Error | null, value: T) => void) => void,
) => Promise<T>

/** `stepMs`: longest time of one step, in which a server may also trickle along. */
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
