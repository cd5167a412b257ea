/** What the identity provider says of itself (OpenID Connect Discovery 1.0): asked late, kept for an hour, and longer while it is away. */
import {
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  OperationProcessingError,
  processDiscoveryResponse,
} from 'oauth4webapi'
import { z } from 'zod'
import { settlesWithin } from '../../base/time.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { providerUnavailable } from './errors.ts'
import { quoted } from './quoted.ts'

export interface MetadataOptions {
  /** As configured; the document must say the same. */
  issuer: string
  log: Logger
  /** Milliseconds since 1970. */
  now: () => number
}

export type ProviderMetadata = z.output<ReturnType<typeof metadataSchema>>
/** Gives the current metadata. Throws `sign_in_unavailable` where there are none and none can be had. */
export type ProviderMetadataSource = () => Promise<ProviderMetadata>

const keptForMs = 3600_000
/** How long a copy that could not be renewed is used before the next attempt. */
const nextAttemptMs = 60_000
const timeoutMs = 5000
/** Longer than the request itself may take: who waits beyond it waits for a request that has died. */
const patienceMs = 6000

/** Makes the source of one issuer; nothing is asked before the first call, and one request serves all who wait for it. */
export function createProviderMetadata({ issuer, log, now }: MetadataOptions): ProviderMetadataSource {
  const schema = metadataSchema(issuer)
  let known: { metadata: ProviderMetadata; until: number } | undefined
  let flight: Promise<void> | undefined

  async function ask(): Promise<void> {
    const url = new URL(issuer)
    const response = await discoveryRequest(url, {
      [allowInsecureRequests]: isInsecure(issuer),
      [customFetch]: fetchBounded,
      signal: AbortSignal.timeout(timeoutMs),
    })
    const document = await processDiscoveryResponse(url, response).catch((error: unknown) => {
      throw withBothIssuers(error, issuer)
    })
    // The library takes two addresses for one that differ in a slash at the end.
    if (document.issuer !== issuer) throw differentIssuer(document.issuer, issuer)
    const metadata = schema.parse(document)
    known = { metadata, until: now() + keptForMs }
  }

  async function refresh(): Promise<void> {
    flight ??= ask()
    const current = flight
    try {
      if (!(await settlesWithin(current, patienceMs))) throw new Error('It was waited for in vain.')
      await current
    } finally {
      if (flight === current) flight = undefined
    }
  }

  return async () => {
    if (known && now() < known.until) return known.metadata
    try {
      await refresh()
    } catch (error) {
      log.warn('the identity provider cannot be discovered', { error: describeError(error) })
      if (!known) throw providerUnavailable(error)
      known.until = now() + nextAttemptMs
    }
    if (!known) throw providerUnavailable(undefined)
    return known.metadata
  }
}

/** Says what both sides call the issuer where they differ. */
function withBothIssuers(error: unknown, issuer: string): unknown {
  const body = error instanceof OperationProcessingError ? mismatchSchema.safeParse(error.cause) : undefined
  return body?.success ? differentIssuer(body.data.body.issuer, issuer) : error
}

function differentIssuer(said: unknown, issuer: string): Error {
  return new Error(`The discovery document says issuer ${quoted(said)}; configured is ${quoted(issuer)}.`)
}

/** Shape of oauth4webapi's error for another issuer. */
const mismatchSchema = z.object({ attribute: z.literal('issuer'), body: z.object({ issuer: z.unknown() }) })

/** Whether the provider is one on this machine (see settings/variables.ts); only then may its addresses be http. */
export function isInsecure(issuer: string): boolean {
  return issuer.startsWith('http:')
}

function metadataSchema(issuer: string) {
  const protocol = isInsecure(issuer) ? /^https?$/ : /^https$/
  const address = z.url({ protocol })
  return z.object({
    issuer: z.literal(issuer),
    authorization_endpoint: address,
    token_endpoint: address,
    jwks_uri: address,
    end_session_endpoint: address.exactOptional(),
    id_token_signing_alg_values_supported: z.array(z.string()).exactOptional(),
    /** Values of `prompt` (Initiating User Registration via OpenID Connect 1.0, section 4). */
    prompt_values_supported: z.array(z.string()).exactOptional(),
    token_endpoint_auth_methods_supported: z.array(z.string()).exactOptional(),
    /** RFC 9207: its answers name the issuer, so one that does not is refused. */
    authorization_response_iss_parameter_supported: z.boolean().exactOptional(),
  })
}
