/** Answers to requests that never reach the handler: problem documents with the usual security headers. */
import { STATUS_CODES } from 'node:http'
import type { PublisherError } from '../base/errors.ts'
import { problemOf } from '../handlers/problem.ts'

export interface EarlyRefusal {
  status: number
  headers: Record<string, string>
  /** A problem document (RFC 9457). */
  body: string
}

/** Creates the answer to an error, with `requestId` in its headers and its document. */
export type RefuseEarly = (error: PublisherError, requestId: string) => EarlyRefusal

/** Creates a {@link RefuseEarly}. `securityHeaders` come from handlers/security-headers.ts. */
export function createEarlyRefusals(
  securityHeaders: readonly (readonly [name: string, value: string])[],
): RefuseEarly {
  const fixed = Object.fromEntries(securityHeaders)
  return (error, requestId) => {
    const problem = problemOf(error, requestId)
    const body = JSON.stringify(problem)
    const headers = {
      ...fixed,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-request-id': requestId,
      'x-correlation-id': requestId,
    }
    return { status: problem.status, headers, body }
  }
}

/** Returns the refusal as a raw HTTP message, for requests that Node could not parse. Announces the end of the connection. */
export function asMessage({ status, headers, body }: EarlyRefusal): string {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, `date: ${new Date().toUTCString()}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return `${[...lines, 'connection: close', '', ''].join('\r\n')}${body}`
}
