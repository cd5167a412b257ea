/** What the identity provider says of itself (OpenID Connect Discovery 1.0): asked late, kept for an hour, and longer while it is away. */
import { allowInsecureRequests, discoveryRequest, processDiscoveryResponse } from 'oauth4webapi'
import { z } from 'zod'
import { describeError, type Logger } from '../log.ts'
import { landsWithin } from '../patience.ts'
import { providerUnavailable } from './errors.ts'

export interface MetadataOptions {
  /** As configured; the document must say the same. */
  issuer: string
  fetch: typeof fetch
  log: Logger
  now: () => number
}

const keptForMs = 3600_000
/** How long a copy that could not be renewed is used before the next attempt. */
const retryAfterMs = 60_000
const timeoutMs = 5000
/** Longer than the request itself may take: who waits beyond it waits for a request that has died. */
const patienceMs = 6000

/** Gives the current metadata. Throws `sign_in_unavailable` where there are none and cannot be had. */
export type ProviderMetadataSource = () => Promise<ProviderMetadata>
export type ProviderMetadata = z.output<ReturnType<typeof metadataSchema>>

/** Makes the source of one issuer; nothing is asked before the first call. */
export function createProviderMetadata({ issuer, fetch, log, now }: MetadataOptions): ProviderMetadataSource {
  const isInsecure = issuer.startsWith('http:')
  const schema = metadataSchema(issuer)
  let known: { metadata: ProviderMetadata; until: number } | undefined
  let flight: Promise<void> | undefined

  async function ask(): Promise<void> {
    const url = new URL(issuer)
    const response = await discoveryRequest(url, {
      [allowInsecureRequests]: isInsecure,
      signal: AbortSignal.timeout(timeoutMs),
      // The library's type of the options is narrower than the one of fetch.
      customFetch: fetch,
    })
    const metadata = schema.parse(await processDiscoveryResponse(url, response))
    known = { metadata, until: now() + keptForMs }
  }

  async function refresh(): Promise<void> {
    const current = (flight ??= ask().finally(() => {
      if (flight === current) flight = undefined
    }))
    if (await landsWithin(current, patienceMs)) return
    if (flight === current) flight = undefined
    throw new Error('The identity provider was waited for in vain.')
  }

  return async () => {
    if (known && now() < known.until) return known.metadata
    try {
      await refresh()
    } catch (error) {
      log.warn('the identity provider cannot be discovered', { error: describeError(error) })
      if (known) known.until = now() + retryAfterMs
    }
    if (!known) throw providerUnavailable(undefined)
    return known.metadata
  }
}
