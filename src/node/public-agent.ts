/** Connections to public addresses only, for servers that tenants name. */
import { isIP } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { addressRefused, isPublicAddress } from '../base/endpoint-guard.ts'
import { createPinnedLookup, type PinnedLookupOptions } from './public-lookup.ts'

/** Timeout of a connection, including name resolution and TLS. */
const connectTimeoutMs = 8000
/** Timeout for the answer's head and for each chunk of its body. Callers set stricter limits by a signal. */
const silenceMs = 60_000

/**
 * Creates an agent that connects to public addresses only. Its major version of undici must match the version inside Node
 * (`process.versions.undici`; 7 in Node 24), or Node's `fetch` cannot use it.
 */
export function createPublicAgent({ resolve, isPublic = isPublicAddress }: PinnedLookupOptions): Agent {
  const lookup = createPinnedLookup({ ...(resolve && { resolve }), isPublic })
  const connect = buildConnector({ lookup, timeout: connectTimeoutMs })
  return new Agent({
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    connect: (target, callback) => {
      const { hostname } = target
      if (isIP(hostname) !== 0 && !isPublic(hostname)) callback(addressRefused(hostname, hostname), null)
      else connect(target, callback)
    },
  })
}
