/** Authorization code flow with PKCE against one identity provider (RFC 6749, RFC 7636, RFC 9207; OpenID Connect Core 1.0). */
import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  customFetch,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  OperationProcessingError,
} from 'oauth4webapi'
import { z } from 'zod'
import { retryAfterMs } from '../base/retry-after.ts'
import type { Secret } from '../base/secret.ts'
import { malformedAnswer, validAnswer } from './authorization-answer.ts'
import { fetchBounded } from './bounded-fetch.ts'
import { providerUnavailable, SignInRefusal } from './errors.ts'
import { type CheckedIdToken, checkIdToken, createSigningKeys } from './id-token.ts'
import { createProviderMetadata, isInsecure, type ProviderMetadata } from './provider-metadata.ts'
import { acceptedAlgorithms, algorithmsOf } from './signing-algorithms.ts'

/** Random values that tie the provider's answer to one sign-in. */
export interface SignInSecrets {
  state: string
  nonce: string
  /** PKCE's code verifier. */
  verifier: string
}

/**
 * Prompt that the provider must show even to a known browser: choose a person, or authenticate again. `null` leaves the choice to the
 * provider.
 */
export type Ask = 'person' | 'proof' | null

/** Reference to the provider's own session: its ID token, or the session id in the token. */
export interface SessionHint {
  idToken?: string
  providerSession?: string
}

/** Result of a sign-in. */
export interface Redeemed extends CheckedIdToken {
  idToken: string
}

/** Identity provider, and our registration there. */
export interface ProviderSettings {
  /** Exact name of the issuer. Auth0's ends with a slash. */
  issuer: string
  clientId: string
  clientSecret: Secret
  /** True for Auth0, which ends sessions at `/v2/logout` even if its discovery document does not name an endpoint. */
  isAuth0: boolean
}

export interface OidcClientOptions {
  /** Upper bound on the age of the person's last authentication at the provider. */
  maxAgeSeconds: number
  /** Called if the provider cannot be discovered. */
  onUnreachable(error: unknown): void
  /** Milliseconds since 1970. */
  now: () => number
}

export interface OidcClient {
  /** Begins a sign-in. Returns the URL for the browser, and the secrets to check the answer with. Throws `sign_in_unavailable`. */
  begin(redirectUri: string, ask: Ask): Promise<{ url: string; secrets: SignInSecrets }>
  /**
   * Redeems the provider's answer (the query of the callback) and returns the person. Never retries, since a code works once. Throws
   * {@link SignInRefusal} or `sign_in_unavailable`.
   */
  redeem(answer: URLSearchParams, secrets: SignInSecrets, redirectUri: string): Promise<Redeemed>
  /**
   * Returns the URL at which a browser signs out of the provider too, or `null` if the provider has none. `hint` spares the person a
   * prompt. Throws `sign_in_unavailable`.
   */
  endSessionUrl(returnTo: string, hint: SessionHint): Promise<string | null>
}

const tokenTimeoutMs = 10_000

/** Creates the client of one provider. Sends nothing before the first call. */
export function createOidcClient(provider: ProviderSettings, options: OidcClientOptions): OidcClient {
  const { issuer, clientId, clientSecret } = provider
  const client = { client_id: clientId }
  const { maxAgeSeconds, onUnreachable, now } = options
  const metadata = createProviderMetadata({ issuer, onUnreachable, now })
  const signingKeys = rememberLast(createSigningKeys)

  return {
    async begin(redirectUri, ask) {
      const server = await metadata()
      if (algorithmsOf(server).length === 0) throw providerUnavailable(new Error(noAlgorithm))
      const secrets = {
        state: generateRandomState(),
        nonce: generateRandomNonce(),
        verifier: generateRandomCodeVerifier(),
      }
      const url = withQuery(server.authorization_endpoint, {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await calculatePKCECodeChallenge(secrets.verifier),
        code_challenge_method: 'S256',
        max_age: String(maxAgeSeconds),
        ...(ask !== null && { prompt: promptFor(ask, server) }),
      })
      return { url, secrets }
    },

    async redeem(answer, { state, nonce, verifier }, redirectUri) {
      const server = await metadata()
      const parameters = validAnswer(server, client, answer, state)
      const response = await authorizationCodeGrantRequest(
        server,
        client,
        clientAuth(server, clientSecret),
        parameters,
        redirectUri,
        verifier,
        {
          [allowInsecureRequests]: isInsecure(issuer),
          [customFetch]: fetchBounded,
          signal: AbortSignal.timeout(tokenTimeoutMs),
        },
      ).catch((error: unknown) => {
        // The library throws this error before it sends anything: the answer has no code, or several.
        throw error instanceof OperationProcessingError ? malformedAnswer(error) : providerUnavailable(error)
      })
      const idToken = await idTokenIn(response, now())
      const checked = await checkIdToken(idToken, {
        issuer,
        clientId,
        nonce,
        keys: signingKeys(server.jwks_uri),
        algorithms: algorithmsOf(server),
        now,
      })
      return { ...checked, idToken }
    },

    async endSessionUrl(returnTo, { idToken, providerSession }) {
      const { end_session_endpoint } = await metadata()
      if (end_session_endpoint) {
        return withQuery(end_session_endpoint, {
          client_id: clientId,
          post_logout_redirect_uri: returnTo,
          ...(idToken !== undefined && { id_token_hint: idToken }),
          ...(providerSession !== undefined && { logout_hint: providerSession }),
        })
      }
      if (!provider.isAuth0) return null
      return withQuery(new URL('/v2/logout', issuer).href, { client_id: clientId, returnTo })
    },
  }
}

const noAlgorithm = `The issuer signs ID tokens with none of ${acceptedAlgorithms.join(', ')}.`

/**
 * Returns the `prompt` parameter. Every provider must support `login` (OpenID Connect Core 1.0, section 15.1); `select_account` is used
 * only if the provider offers it.
 */
function promptFor(
  ask: 'person' | 'proof',
  { prompt_values_supported: prompts = [] }: ProviderMetadata,
): string {
  return ask === 'person' && prompts.includes('select_account') ? 'select_account' : 'login'
}

/** Sends the secret in the body, the default of new Auth0 applications, or in the header if the provider supports only that. */
function clientAuth(
  { token_endpoint_auth_methods_supported: methods }: ProviderMetadata,
  secret: Secret,
): ClientAuth {
  const isBasic = methods?.includes('client_secret_basic') && !methods.includes('client_secret_post')
  return isBasic ? ClientSecretBasic(secret.reveal()) : ClientSecretPost(secret.reveal())
}

const tokenAnswer = z.object({ id_token: z.string().min(1).max(20_000) })
const tokenError = z.object({ error: z.string() })

/** Reads the ID token from a token endpoint's answer (RFC 6749, sections 5.1 and 5.2). Drops the access token, which has no use here. */
async function idTokenIn(response: Response, time: number): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  const granted = tokenAnswer.safeParse(body)
  if (response.status === 200 && granted.success) return granted.data.id_token
  const refused = tokenError.safeParse(body)
  if (response.status === 400 && refused.success && refused.data.error === 'invalid_grant') {
    throw new SignInRefusal(
      'code_refused',
      'This sign-in was already used or took too long. Please sign in again.',
    )
  }
  const cause = new Error(`The token endpoint answered ${response.status} without an ID token.`)
  throw providerUnavailable(cause, retryAfterMs(response.headers, time))
}

function withQuery(endpoint: string, parameters: Record<string, string>): string {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/** Caches the result for the last key, so that signing keys survive a rediscovery with the same address. */
function rememberLast<T>(make: (key: string) => T): (key: string) => T {
  let last: { key: string; made: T } | undefined
  return (key) => {
    if (last?.key !== key) last = { key, made: make(key) }
    return last.made
  }
}
