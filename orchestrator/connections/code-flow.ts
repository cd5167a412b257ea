/** Authorization code flow with PKCE at a vendor whose app the operator registered (RFC 6749, RFC 7636). */
import {
  AuthorizationResponseError,
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  customFetch,
  generateRandomCodeVerifier,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  ResponseBodyError,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi'
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { type BeginInput, type Begun, type RefusalReason, VendorRefused } from './vendor.ts'
import type { VendorFetch } from './vendor-fetch.ts'
import { vendorCode, vendorWords } from './vendor-words.ts'

export interface CodeFlowOptions {
  /** Name of the vendor for messages. */
  name: string
  /** Issuer as the vendor writes it in `iss`. */
  issuer: string
  authorizationUrl: string
  tokenUrl: string
  app: { id: string; secret: string }
  scopes: readonly string[]
  fetch: VendorFetch
}

export interface CodeFlow {
  /** Returns the vendor's page with these parameters beside those of the standard. */
  begin(input: BeginInput, parameters: Readonly<Record<string, string>>): Promise<Begun>
  /** Exchanges the code of a callback. Throws {@link VendorRefused}, also if the person did not allow all scopes. */
  exchange(answer: URLSearchParams, kept: Begun['kept'], redirectUri: string): Promise<TokenEndpointResponse>
  /** Asks for an access token. Throws {@link VendorRefused} with `revoked` for a refresh token that the vendor does not know. */
  refresh(refreshToken: string): Promise<TokenEndpointResponse>
}

/** Schema of a flow that begins without values. */
export const noValues = z.strictObject({}).nullish()

const keptSchema = z.object({ state: z.string(), verifier: z.string() })

/** Creates the flow of one vendor. Sends nothing by itself. */
export function createCodeFlow(options: CodeFlowOptions): CodeFlow {
  const { name, app, scopes } = options
  const server: AuthorizationServer = {
    issuer: options.issuer,
    authorization_endpoint: options.authorizationUrl,
    token_endpoint: options.tokenUrl,
  }
  const client = { client_id: app.id }
  const authentication = ClientSecretPost(app.secret)
  const request = {
    [customFetch]: async (url: string, init: object) => withoutEmptyMembers(await options.fetch(url, init)),
    [allowInsecureRequests]: options.tokenUrl.startsWith('http:'),
  }

  return {
    async begin({ state, redirectUri }, parameters) {
      const verifier = generateRandomCodeVerifier()
      const url = new URL(options.authorizationUrl)
      const all = {
        client_id: app.id,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: scopes.join(' '),
        state,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...parameters,
      }
      for (const [key, value] of Object.entries(all)) url.searchParams.set(key, value)
      return { url: url.href, kept: { state, verifier } }
    },

    async exchange(answer, kept, redirectUri) {
      const { state, verifier } = keptSchema.parse(kept)
      const callback = validCallback(server, client, answer, state, name)
      const secrets = [app.secret, verifier, callback.get('code') ?? '']
      const granted = await tokens(name, secrets, 'invalid', async () => {
        const asked = authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          callback,
          redirectUri,
          verifier,
          request,
        )
        return processAuthorizationCodeResponse(server, client, await asked)
      })
      assertScopes(name, scopes, granted.scope)
      return granted
    },

    refresh: (refreshToken) =>
      tokens(name, [app.secret, refreshToken], 'revoked', async () => {
        const asked = refreshTokenGrantRequest(server, client, authentication, refreshToken, request)
        return processRefreshTokenResponse(server, client, await asked)
      }),
  }
}

/** Returns the valid parameters of a callback. Repeats none of its texts, because any stranger can write a callback. */
function validCallback(
  server: AuthorizationServer,
  client: { client_id: string },
  answer: URLSearchParams,
  state: string,
  name: string,
): URLSearchParams {
  try {
    const callback = validateAuthResponse(server, client, answer, state)
    if (callback.has('code')) return callback
  } catch (error) {
    if (error instanceof AuthorizationResponseError) throw refusedCallback(error.error, name)
  }
  throw new VendorRefused('invalid', `The answer of ${name} is not valid.`)
}

function refusedCallback(error: string, name: string): VendorRefused {
  const code = vendorCode(error)
  if (error === 'access_denied') return new VendorRefused('denied', `${name} was not connected.`, code)
  const isPassing = error === 'server_error' || error === 'temporarily_unavailable'
  return new VendorRefused(isPassing ? 'unavailable' : 'invalid', `${name} refused the request.`, code)
}

/** Runs a token request, and turns each failure into a refusal. `unknownGrant` is the reason for `invalid_grant`. */
async function tokens(
  name: string,
  secrets: readonly string[],
  unknownGrant: RefusalReason,
  ask: () => Promise<TokenEndpointResponse>,
): Promise<TokenEndpointResponse> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof VendorRefused) throw error
    if (!(error instanceof ResponseBodyError)) throw new VendorRefused('unavailable', unreadable(name))
    const words = vendorWords(error.error_description ?? '', secrets) || `${name} refused the request.`
    throw new VendorRefused(reasonOf(error, unknownGrant), words, vendorCode(error.error, secrets))
  }
}

const unreadable = (name: string) => `${name} answered with an error of its own.`

function reasonOf({ error, status }: ResponseBodyError, unknownGrant: RefusalReason): RefusalReason {
  if (error === 'invalid_grant') return unknownGrant
  if (status === 429 || error === 'slow_down') return 'rate_limited'
  if (error === 'invalid_scope' || error === 'unauthorized_client') return 'missing_permission'
  // All other codes concern the operator's app: a person can do nothing about it.
  return 'unavailable'
}

/** Throws if a scope is missing. An answer without scopes grants those that were asked for (RFC 6749, section 5.1). */
function assertScopes(name: string, wanted: readonly string[], granted: string | undefined): void {
  if (granted === undefined) return
  const all = new Set(granted.split(' '))
  const missing = wanted.filter((scope) => !all.has(scope))
  if (missing.length === 0) return
  const shown = missing.map((scope) => scope.slice(scope.lastIndexOf('/') + 1))
  throw new VendorRefused('missing_permission', `${name} did not grant the permission: ${shown.join(', ')}.`)
}

/** Drops empty texts from a token answer: an empty refresh token means none. */
async function withoutEmptyMembers(response: Response): Promise<Response> {
  if (response.status !== 200) return response
  const text = await response.text()
  const body = z.record(z.string(), z.unknown()).safeParse(parseJson(text)).data
  const { status, headers } = response
  if (body === undefined) return new Response(text, { status, headers })
  const full = Object.fromEntries(
    Object.entries(body).filter(([key, value]) => key === 'scope' || value !== ''),
  )
  return Response.json(full, { status })
}
