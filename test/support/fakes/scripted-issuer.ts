/** An identity provider whose answers, valid or forged, a test scripts. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { clientId } from '../fixtures/sign-in/identity-provider.ts'

export interface SigningKey {
  kid: string
  alg: string
  privateKey: CryptoKey
  publicJwk: JWK
}

export interface ScriptedIssuer extends AsyncDisposable {
  issuer: string
  /** Keys in the published JWKS. */
  keys: SigningKey[]
  /** Discovery document. May be changed at any time. */
  metadata: Record<string, unknown>
  /** Authorization requests received, oldest first. */
  authorizations: URLSearchParams[]
  /** Bodies received by the token endpoint. */
  tokenRequests: URLSearchParams[]
  /** `Authorization` headers of the token requests, `undefined` if absent. */
  tokenAuthorizations: (string | undefined)[]
  requests: string[]
  /** Parameters that the authorization endpoint adds to its answer, or removes (`undefined`). */
  answer: Record<string, string | undefined>
  /** ID token of the next sign-in. Default: a valid token for `person@shibari.test`. */
  idToken: (nonce: string, issuer: ScriptedIssuer) => Promise<string>
  /** ID tokens issued so far, oldest first. */
  granted: string[]
  /** Replaces the token endpoint's whole answer. */
  tokenAnswer: { status: number; body: string; headers?: Record<string, string> } | undefined
  /** Answers every request with 500. */
  isDown: boolean
}

export const person = { sub: 'scripted|1', email: 'person@shibari.test', email_verified: true }

export async function createSigningKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** Claims of a valid token. Each forgery changes some of them. */
export function goodClaims(nonce: string, issuer: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000)
  return { ...person, iss: issuer, aud: clientId, iat: now, exp: now + 300, nonce }
}

export function signWith(
  { kid, alg, privateKey }: SigningKey,
  claims: Record<string, unknown>,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(privateKey)
}

/** Creates valid tokens for another person. */
export function tokenFor(name: string, more: Record<string, unknown> = {}): ScriptedIssuer['idToken'] {
  return async (nonce, { keys: [key], issuer }) => {
    if (!key) throw new Error('The issuer has no key.')
    const claims = {
      ...goodClaims(nonce, issuer),
      sub: `scripted|${name}`,
      email: `${name}@shibari.test`,
      ...more,
    }
    return signWith(key, claims)
  }
}

/** Starts a scripted issuer on loopback. */
export async function startScriptedIssuer(): Promise<ScriptedIssuer> {
  const key = await createSigningKey('first')
  const server = createServer((request, response) => {
    respond(request).then(
      ({ status, body = '', headers = {} }) => response.writeHead(status, headers).end(body),
      (error: unknown) => response.writeHead(599).end(String(error)),
    )
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  const url = `http://127.0.0.1:${port}`
  const scripted: ScriptedIssuer = {
    issuer: url,
    keys: [key],
    metadata: {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      end_session_endpoint: `${url}/logout`,
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    },
    authorizations: [],
    tokenRequests: [],
    tokenAuthorizations: [],
    requests: [],
    answer: {},
    idToken: (nonce, issuer) => signWith(key, goodClaims(nonce, issuer.issuer)),
    granted: [],
    tokenAnswer: undefined,
    isDown: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const codes = new Map<string, string>()

  async function respond(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    scripted.requests.push(pathname)
    if (scripted.isDown) return { status: 500 }
    if (pathname === '/.well-known/openid-configuration') return json(scripted.metadata)
    if (pathname === '/jwks') return json({ keys: scripted.keys.map(({ publicJwk }) => publicJwk) })
    if (pathname === '/authorize') return authorize(searchParams)
    if (pathname === '/token') {
      scripted.tokenAuthorizations.push(request.headers.authorization)
      return grant(new URLSearchParams(await text(request)))
    }
    if (pathname === '/logout') return redirect(searchParams.get('post_logout_redirect_uri') ?? '')
    return { status: 404 }
  }

  function authorize(parameters: URLSearchParams): Answer {
    scripted.authorizations.push(parameters)
    const code = `canary-code-${crypto.randomUUID()}`
    codes.set(code, parameters.get('nonce') ?? '')
    const answer = { code, state: parameters.get('state') ?? '', ...scripted.answer }
    const back = new URL(parameters.get('redirect_uri') ?? '')
    for (const [name, value] of Object.entries(answer))
      if (value !== undefined) back.searchParams.set(name, value)
    return redirect(back.href)
  }

  async function grant(body: URLSearchParams): Promise<Answer> {
    scripted.tokenRequests.push(body)
    if (scripted.tokenAnswer) return scripted.tokenAnswer
    const code = body.get('code') ?? ''
    const nonce = codes.get(code)
    codes.delete(code)
    if (nonce === undefined) return { ...json({ error: 'invalid_grant' }), status: 400 }
    const id_token = await scripted.idToken(nonce, scripted)
    scripted.granted.push(id_token)
    return json({ access_token: 'canary-access-token', token_type: 'Bearer', expires_in: 300, id_token })
  }

  return scripted
}

interface Answer {
  status: number
  body?: string
  headers?: Record<string, string>
}

function json(body: unknown): Answer {
  return { status: 200, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

function redirect(location: string): Answer {
  return { status: 302, headers: { location } }
}
