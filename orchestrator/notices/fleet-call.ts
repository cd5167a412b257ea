/** Call of the fleet's `POST /internal/invalidate`. Node only. */
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'

/** Sends one invalidation and returns the status of the answer. Rejects if there is no answer. */
export type CallFleet = (host: string, signal: AbortSignal) => Promise<number>

export interface FleetCallOptions {
  /** Address of the fleet. */
  fleetUrl: string
  token: string
}

const path = '/internal/invalidate'

/**
 * Creates the call. The address is always the operator's own: the server behind a tenant's host name may be another, and would receive the
 * token.
 */
export function createFleetCall({ fleetUrl, token }: FleetCallOptions): CallFleet {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return (host, signal) =>
    post(new URL(path, fleetUrl), { ...headers, host }, JSON.stringify({ host }), signal)
}

/** Posts with a `Host` of its own, which `fetch` does not allow. Follows no redirect. */
async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  // Node would take the name for TLS from `Host`, but the certificate belongs to the address.
  const servername = isIP(url.hostname) === 0 ? url.hostname : ''
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      servername,
      signal,
    })
    sent.on('response', resolve)
    sent.on('error', reject)
    sent.end(body)
  })
  // The body says nothing new. Reading it frees the connection for the next call.
  answer.on('error', () => {}).resume()
  return answer.statusCode ?? 0
}
