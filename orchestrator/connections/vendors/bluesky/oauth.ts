/** Connects an account by OAuth with pushed requests, PKCE and proofs of possession (atproto.com, "OAuth"). */
import {
  type AuthorizationServer,
  calculatePKCECodeChallenge,
  generateKeyPair,
  generateRandomCodeVerifier,
  processPushedAuthorizationResponse,
  pushedAuthorizationRequest,
  validateAuthResponse,
} from 'oauth4webapi'
import { z } from 'zod'
import type { BeginInput, Begun, Connected, OAuthFlow } from '../../vendor.ts'
import { VendorRefused } from '../../vendor.ts'
import { type BlueskyClient, clientIdFor, clientOf, type parseClientKey, scope } from './client.ts'
import { didSchema, handleSchema, type Identity, resolveDid, resolveHandle } from './identity.ts'
import { callOptions, type OAuthTools, oauthRefusal, withNonce } from './oauth-calls.ts'
import { issuerOf, type SignInServer, signInServer } from './servers.ts'
import { type DpopKey, dpopKeySchema, exchangeCode, isAccepted, proverOf, type Tokens } from './session.ts'

export interface FlowOptions {
  tools: OAuthTools
  /** Key of the client. Absent: the form of the client for a developer's machine. */
  key: ReturnType<typeof parseClientKey>
}

const beginsSchema = z.strictObject({
  handle: z
    .preprocess((handle) => (handle === '' ? undefined : handle), handleSchema.optional())
    .meta({
      description: "Handle of the account. Absent: an account of Bluesky's own servers.",
      examples: ['alice.bsky.social'],
    }),
})

const keptSchema = z.object({
  state: z.string(),
  verifier: z.string(),
  client_id: z.string(),
  dpop_key: dpopKeySchema,
  issuer: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string().exactOptional(),
  did: didSchema.exactOptional(),
})
type Kept = z.output<typeof keptSchema>

/** Creates the flow. */
export function createOAuthFlow(options: FlowOptions): OAuthFlow {
  return {
    begins: beginsSchema,
    begin: (input) =>
      begin(options, input).catch((error: unknown) => {
        throw oauthRefusal(error, 'invalid')
      }),
    async finish(answer, stored, redirectUri) {
      const kept = keptSchema.parse(stored)
      try {
        return await finish(options, answer, kept, redirectUri)
      } catch (error) {
        throw oauthRefusal(error, 'invalid', [answer.get('code') ?? '', kept.verifier])
      }
    },
  }
}

async function begin({ tools, key }: FlowOptions, input: BeginInput): Promise<Begun> {
  const { redirectUri, state } = input
  const { handle } = beginsSchema.parse(input.values)
  const clientId = clientIdFor(redirectUri, key)
  const [client, identity, dpopKey] = await Promise.all([
    clientOf(clientId, key),
    handle === undefined ? undefined : resolveHandle(tools, tools.addresses, handle),
    newDpopKey(),
  ])
  const issuer = await issuerOf(tools, identity?.service ?? tools.addresses.entry)
  const server = await signInServer(tools, issuer)
  const verifier = generateRandomCodeVerifier()
  const requestUri = await push(tools, server, client, dpopKey, {
    ...input,
    handle,
    challenge: await calculatePKCECodeChallenge(verifier),
  })
  const { token_endpoint, revocation_endpoint } = server
  const kept: Kept = {
    state,
    verifier,
    client_id: clientId,
    dpop_key: dpopKey,
    issuer: server.issuer,
    token_endpoint,
    ...(revocation_endpoint !== undefined && { revocation_endpoint }),
    ...(identity && { did: identity.did }),
  }
  const url = new URL(server.authorization_endpoint)
  url.searchParams.set('client_id', clientId)
  url.searchParams.set('request_uri', requestUri)
  return { url: url.href, kept }
}

/** Sends the request itself to the server, and returns the name by which the page finds it. */
async function push(
  tools: OAuthTools,
  server: SignInServer,
  { client, auth }: BlueskyClient,
  dpopKey: DpopKey,
  request: BeginInput & { handle: string | undefined; challenge: string },
): Promise<string> {
  const { redirectUri, state, language, again, handle, challenge } = request
  const parameters = {
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ui_locales: language,
    ...(handle !== undefined && { login_hint: handle }),
    ...(again && { prompt: 'select_account' }),
  }
  const options = { ...callOptions(tools), DPoP: await proverOf({ client, auth }, dpopKey) }
  const pushed = await withNonce(async () => {
    const response = await pushedAuthorizationRequest(server, client, auth, parameters, options)
    return processPushedAuthorizationResponse(server, client, response)
  })
  return pushed.request_uri
}

async function finish(
  { tools, key }: FlowOptions,
  answer: URLSearchParams,
  kept: Kept,
  redirectUri: string,
): Promise<Connected> {
  const client = await clientOf(kept.client_id, key)
  const server: AuthorizationServer = { ...kept, authorization_response_iss_parameter_supported: true }
  const checked = checkedAnswer(server, client, answer, kept.state)
  const prover = await proverOf(client, kept.dpop_key)
  const code = { answer: checked, redirectUri, verifier: kept.verifier, prover }
  const tokens = await exchangeCode(tools, server, client, code)
  const identity = await ownerOf(tools, tokens, kept)
  const { access_token: accessToken } = tokens
  const session = { accessToken, did: identity.did, prover }
  if (!(await isAccepted(tools, identity.service, session)))
    throw new VendorRefused('invalid', "The account's server does not accept the sign-in.")
  return connectedAs(identity, tokens, kept, tools.now())
}

/** Checks that the server may speak for the account: the account itself must lead back to the server. */
async function ownerOf(tools: OAuthTools, { sub }: Tokens, { did, issuer }: Kept): Promise<Identity> {
  if (did !== undefined && did !== sub)
    throw new VendorRefused('wrong_account', 'Another account than the given handle has signed in.')
  const identity = await resolveDid(tools, tools.addresses, sub)
  if (new URL(await issuerOf(tools, identity.service)).href !== new URL(issuer).href)
    throw new VendorRefused('invalid', 'The account does not belong to the server that signed it in.')
  return identity
}

/** Checks state, issuer and shape of the callback. */
function checkedAnswer(
  server: AuthorizationServer,
  { client }: BlueskyClient,
  answer: URLSearchParams,
  state: string,
): URLSearchParams {
  try {
    const checked = validateAuthResponse(server, client, answer, state)
    if (checked.getAll('code').length === 1) return checked
  } catch (error) {
    if (error instanceof Error && error.name === 'AuthorizationResponseError') throw error
  }
  throw new VendorRefused('invalid', 'The answer of the sign-in page is not valid.')
}

async function newDpopKey(): Promise<DpopKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return dpopKeySchema.parse(await crypto.subtle.exportKey('jwk', privateKey))
}

/** Credentials of an account. The publisher never gets the member `renewal`. */
function connectedAs(identity: Identity, tokens: Tokens, kept: Kept, now: number): Connected {
  const { did, handle, service } = identity
  const { client_id, issuer, token_endpoint, revocation_endpoint, dpop_key } = kept
  return {
    credentials: {
      provider: 'bluesky',
      handle,
      did,
      service,
      access_token: tokens.access_token,
      dpop_key: JSON.stringify(dpop_key),
      renewal: {
        refresh_token: tokens.refresh_token,
        client_id,
        issuer,
        token_endpoint,
        ...(revocation_endpoint !== undefined && { revocation_endpoint }),
      },
    },
    account: `@${handle}`,
    accountId: did,
    expiresAt: now + tokens.expires_in * 1000,
    settings: {},
  }
}
