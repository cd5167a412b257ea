/** Metadata of the identity provider (OpenID Connect Discovery 1.0). Cached for an hour, and longer while the provider is unavailable. */
import {
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  OperationProcessingError,
  processDiscoveryResponse,
} from 'oauth4webapi'
import { z } from 'zod'
import { settlesWithin } from '../base/time.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { providerUnavailable } from './errors.ts'
import { quoted } from './quoted.ts'

export interface MetadataOptions {
  /** Configured issuer. The discovery document must name the same issuer. */
  issuer: string
  /** Called if discovery fails. */
  onUnreachable?(error: unknown): void
  /** Milliseconds since 1970. */
  now: () => number
}

export type ProviderMetadata = z.output<ReturnType<typeof metadataSchema>>
/** Returns the current metadata. Throws `sign_in_unavailable` without a cached copy if discovery fails. */
export type ProviderMetadataSource = () => Promise<ProviderMetadata>

const keptForMs = 3600_000
/** Pause before the next attempt to renew a copy. */
const nextAttemptMs = 60_000
const timeoutMs = 5000
/** Longest wait for a running request, longer than its timeout. A longer wait means that a Worker cancelled the request. */
const patienceMs = 6000

/** Creates the source of one issuer. Sends nothing before the first call; concurrent calls share one request. */
export function createProviderMetadata({
  issuer,
  onUnreachable,
  now,
}: MetadataOptions): ProviderMetadataSource {
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
    // The library treats two addresses as equal if only a trailing slash differs.
    if (document.issuer !== issuer) throw differentIssuer(document.issuer, issuer)
    const metadata = schema.parse(document)
    known = { metadata, until: now() + keptForMs }
  }

  async function refresh(): Promise<void> {
    flight ??= ask()
    const current = flight
    try {
      if (!(await settlesWithin(current, patienceMs))) throw new Error('The request did not end in time.')
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
      onUnreachable?.(error)
      if (!known) throw providerUnavailable(error)
      known.until = now() + nextAttemptMs
    }
    if (!known) throw providerUnavailable(undefined)
    return known.metadata
  }
}

/** Names both issuers if they differ. */
function withBothIssuers(error: unknown, issuer: string): unknown {
  const body = error instanceof OperationProcessingError ? mismatchSchema.safeParse(error.cause) : undefined
  return body?.success ? differentIssuer(body.data.body.issuer, issuer) : error
}

function differentIssuer(said: unknown, issuer: string): Error {
  return new Error(
    `The discovery document names issuer ${quoted(said)}, but ${quoted(issuer)} is configured.`,
  )
}

/** Shape of oauth4webapi's error for a different issuer. */
const mismatchSchema = z.object({ attribute: z.literal('issuer'), body: z.object({ issuer: z.unknown() }) })

/** Checks if the provider runs on this machine (see settings/variables.ts). Only then may its addresses use http. */
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
    /** RFC 9207: if true, every answer must name the issuer. */
    authorization_response_iss_parameter_supported: z.boolean().exactOptional(),
  })
}
