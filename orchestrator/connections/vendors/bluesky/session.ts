/** Session of an account: exchange of the code, renewal, trial and end (atproto.com, "OAuth", "Tokens and Session Lifetime"). */
import { importJWK, SignJWT } from 'jose'
import {
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  DPoP,
  type DPoPHandle,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  protectedResourceRequest,
  refreshTokenGrantRequest,
  revocationRequest,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { z } from 'zod'
import { parseJson } from '../../../../src/base/json.ts'
import { VendorRefused } from '../../vendor.ts'
import { type BlueskyClient, scope } from './client.ts'
import { didSchema } from './identity.ts'
import { callOptions, type OAuthTools, withNonce } from './oauth-calls.ts'

/** Characters of a token. Other characters could end a header. */
const token = z.string().regex(/^[\w.~+/=-]{1,8192}$/)

const tokensSchema = z.object({
  access_token: token,
  refresh_token: token,
  token_type: z.literal('dpop'),
  expires_in: z.number().positive().max(31_536_000),
  scope: z.string().max(4000),
  sub: didSchema,
})
export type Tokens = z.output<typeof tokensSchema>

export const dpopKeySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})
export type DpopKey = z.output<typeof dpopKeySchema>

/** Prepares proofs with the session's key. The handle remembers nonces. */
export async function proverOf({ client }: BlueskyClient, key: DpopKey): Promise<DPoPHandle> {
  const { d, ...rest } = key
  const [privateKey, publicKey] = await Promise.all([
    importJWK({ ...rest, d }, 'ES256'),
    importJWK(rest, 'ES256'),
  ])
  if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array)
    throw new TypeError('The key of the session is symmetric.')
  return DPoP(client, { privateKey, publicKey })
}

/** Exchanges the code of a checked callback. */
export function exchangeCode(
  tools: OAuthTools,
  server: AuthorizationServer,
  { client, auth }: BlueskyClient,
  { answer, redirectUri, verifier, prover }: CodeExchange,
): Promise<Tokens> {
  const options = { ...callOptions(tools), DPoP: prover }
  return withNonce(async () => {
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      auth,
      answer,
      redirectUri,
      verifier,
      options,
    )
    return checkedTokens(await processAuthorizationCodeResponse(server, client, response))
  })
}

export interface CodeExchange {
  answer: URLSearchParams
  redirectUri: string
  verifier: string
  prover: DPoPHandle
}

/**
 * Renews the tokens. The refresh token works once: when this returns, only the new tokens are alive, so the caller must store them before
 * anything else. Repeats the request for a nonce only, since a repeated token would end the session.
 */
export function renewTokens(
  tools: OAuthTools,
  server: AuthorizationServer,
  { client, auth }: BlueskyClient,
  { refreshToken, prover }: { refreshToken: string; prover: DPoPHandle },
): Promise<Tokens> {
  const options = { ...callOptions(tools), DPoP: prover }
  return withNonce(async () => {
    const response = await refreshTokenGrantRequest(server, client, auth, refreshToken, options)
    return checkedTokens(await processRefreshTokenResponse(server, client, response))
  })
}

function checkedTokens(answer: unknown): Tokens {
  const parsed = tokensSchema.safeParse(answer)
  if (!parsed.success) throw new VendorRefused('unavailable', 'Bluesky answered without a complete session.')
  const granted = parsed.data.scope.split(' ')
  if (!scope.split(' ').every((part) => granted.includes(part)))
    throw new VendorRefused('missing_permission', 'Publisher may not publish posts and pictures.')
  return parsed.data
}

const accountSchema = z.object({
  did: z.string(),
  active: z.boolean().optional().catch(undefined),
  status: z.string().max(100).optional().catch(undefined),
})

/** Tries an access token at the account's server. Returns `false` if the server does not accept the token (any more). */
export async function isAccepted(
  tools: OAuthTools,
  service: string,
  { accessToken, did, prover }: { accessToken: string; did: string; prover: DPoPHandle },
): Promise<boolean> {
  const url = new URL(`${service}/xrpc/com.atproto.server.getSession`)
  const options = { ...callOptions(tools), DPoP: prover }
  try {
    const response = await withNonce(() =>
      protectedResourceRequest(accessToken, 'GET', url, new Headers(), null, options),
    )
    const account = accountSchema.safeParse(parseJson(await response.text())).data
    if (response.status !== 200 || account?.did !== did)
      throw new VendorRefused('unavailable', `Bluesky answered ${response.status}.`)
    if (account.active === false)
      throw new VendorRefused('unsuitable', `The account is ${account.status ?? 'deactivated'}.`)
    return true
  } catch (error) {
    if (error instanceof WWWAuthenticateChallengeError && error.status === 401) return false
    throw error
  }
}

/** Ends the session at its server. Servers want a proof for this call too, although the library sends none. */
export async function revokeTokens(
  tools: OAuthTools,
  server: AuthorizationServer & { revocation_endpoint: string },
  { client, auth }: BlueskyClient,
  { refreshToken, key }: { refreshToken: string; key: DpopKey },
): Promise<void> {
  const options = callOptions(tools)
  let nonce: string | undefined
  await withNonce(async () => {
    const dpop = await revocationProof(server.revocation_endpoint, key, nonce)
    const proved = { ...options, headers: { dpop } }
    const response = await revocationRequest(server, client, auth, refreshToken, proved)
    nonce = response.headers.get('dpop-nonce') ?? undefined
    await processRevocationResponse(response)
  })
}

/** Signs a proof for a request without an access token (RFC 9449, section 4.2). */
async function revocationProof(url: string, key: DpopKey, nonce: string | undefined): Promise<string> {
  const { d: _, ...jwk } = key
  return new SignJWT({ htm: 'POST', htu: url, ...(nonce !== undefined && { nonce }) })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .setJti(crypto.randomUUID())
    .sign(await importJWK(key, 'ES256'))
}
