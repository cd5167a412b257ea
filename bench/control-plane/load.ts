/** Load on the orchestrator's calls. */
import autocannon from 'autocannon'
import { hostOf, refOf, type StoredTenant, token } from './tenants.ts'

export interface Load {
  perSecond: number
  p99: number
}

interface LoadOptions {
  url: string
  connections: number
  seconds: number
  /** Sent in turn, each connection its own share. */
  calls: readonly autocannon.Request[]
  /** Expected status of all answers. */
  status: number
}

/** Returns calls for each tenant: for a configuration that is known already, and for credentials. */
export function callsOf(
  tenants: readonly StoredTenant[],
): Record<'unchanged' | 'credentials', autocannon.Request[]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return {
    unchanged: tenants.map(({ name, version }) => ({
      method: 'POST',
      path: '/v1/runtime/by-host',
      headers: { ...headers, 'if-none-match': `"${version}"` },
      body: JSON.stringify({ host: hostOf(name) }),
    })),
    credentials: tenants.map(({ name }) => ({
      method: 'POST',
      path: '/v1/credentials/resolve',
      headers: { ...headers, 'x-tenant': name },
      body: JSON.stringify({ credentials_ref: refOf(name) }),
    })),
  }
}

/** Sends the calls for some seconds. Throws if an answer has another status. */
export async function load({ url, connections, seconds, calls, status }: LoadOptions): Promise<Load> {
  const share = Math.floor(calls.length / connections)
  let first = 0
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    setupClient(client) {
      client.setRequests(calls.slice(first, first + share))
      first = (first + share) % calls.length
    },
  })
  const { requests, duration, latency, statusCodeStats, errors } = result
  const others = Object.keys(statusCodeStats ?? {}).filter((code) => Number(code) !== status)
  if (errors > 0 || others.length > 0)
    throw new Error(`${errors} calls failed, and some were answered with ${others.join(', ')}.`)
  return { perSecond: requests.total / duration, p99: latency.p99 }
}
