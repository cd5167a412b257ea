/** Call of the fleet's `POST /internal/invalidate`. Node only. */
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import type { Fetch } from '../../src/base/endpoint-guard.ts'

/** Sends one invalidation and returns the status of the answer. Rejects if there is no answer. */
export type CallFleet = (host: string, signal: AbortSignal) => Promise<number>

export interface FleetCallOptions {
  /** Address of the fleet. Default: each host itself, over HTTPS. */
  fleetUrl?: string | undefined
  token: string
  /** Fetch for hosts that resolve by public DNS. */
  fetch: Fetch
}

const path = '/internal/invalidate'

/** Creates the call. */
export function createFleetCall({ fleetUrl, token, fetch }: FleetCallOptions): CallFleet {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return async (host, signal) => {
    const body = JSON.stringify({ host })
    if (fleetUrl !== undefined) return post(new URL(path, fleetUrl), { ...headers, host }, body, signal)
    const answer = await fetch(`https://${host}${path}`, { method: 'POST', headers, body, signal })
    await answer.body?.cancel()
    return answer.status
  }
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
