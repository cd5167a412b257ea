/**
 * Runs a real OpenID provider on this machine (`OIDC_ISSUER_URL`): `oidc-provider`, with people who sign in by one click. Keeps
 * everything in memory.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { freePort } from '../demo/ports.ts'
import { MemoryAdapter } from './oidc/memory-adapter.ts'
import { choicePage, leavingPage, lostPage } from './oidc/pages.ts'

export interface OidcProviderOptions {
  /** Origins with the paths of a callback host: `/auth/callback` and `/auth/ended`. */
  callbackOrigins: readonly string[]
  /** Email addresses that the page offers. A person may also type any other address. All of them count as verified. */
  people: readonly string[]
  /** First port to try on 127.0.0.1. */
  port: number
}

export interface OidcProvider {
  issuer: string
  clientId: string
  clientSecret: string
  close(): Promise<void>
}

const hour = 3600
const addressPattern = /^[^\s@<>"']{1,64}@[^\s@<>"']{1,190}$/
const maxBodyLength = 1000

/** Starts a provider that runs until closed. */
export async function startOidcProvider({
  callbackOrigins,
  people,
  port,
}: OidcProviderOptions): Promise<OidcProvider> {
  const listenOn = await freePort(port)
  const issuer = `http://127.0.0.1:${listenOn}`
  const clientId = 'publisher'
  const clientSecret = randomBytes(24).toString('base64url')
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const provider = new Provider(issuer, {
    adapter: MemoryAdapter,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'demo' }] },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: callbackOrigins.map((origin) => `${origin}/auth/callback`),
        post_logout_redirect_uris: callbackOrigins.map((origin) => `${origin}/auth/ended`),
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    // The email address is in the ID token itself, as with Auth0.
    conformIdTokenClaims: false,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true }),
    }),
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    ttl: {
      AccessToken: hour,
      AuthorizationCode: 60,
      Grant: 8 * hour,
      IdToken: hour,
      Interaction: hour,
      Session: 8 * hour,
    },
    interactions: { url: (_context, { uid }) => `/choose/${uid}` },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        logoutSource: (context, form) => {
          context.body = leavingPage(form)
        },
      },
    },
    renderError: (context, { error }) => {
      context.type = 'html'
      context.body = lostPage(error)
    },
    /** Grants the address without asking for consent, because the publisher requests nothing else. */
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  const answer = provider.callback()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', issuer).pathname
    if (!path.startsWith('/choose/')) answer(request, response)
    else choose(provider, people, request, response).catch(() => sendPage(response, 400, lostPage('expired')))
  })
  await new Promise<void>((resolve) => server.listen(listenOn, '127.0.0.1', resolve))
  return {
    issuer,
    clientId,
    clientSecret,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Shows the people, and signs in the chosen person. Throws for an expired interaction. */
async function choose(
  provider: Provider,
  people: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await provider.interactionDetails(request, response)
  if (request.method !== 'POST') return sendPage(response, 200, choicePage(people))
  const person = await chosenPerson(request)
  const result = addressPattern.test(person)
    ? { login: { accountId: person } }
    : { error: 'access_denied', error_description: 'No person was chosen.' }
  await provider.interactionFinished(request, response, result)
}

/** Returns the address of the button, or the address that was typed. Empty if the person cancels. */
async function chosenPerson(request: IncomingMessage): Promise<string> {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > maxBodyLength) return ''
  }
  const person = query.get('person') ?? new URLSearchParams(body).get('person') ?? ''
  return person.trim().toLowerCase()
}

function sendPage(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(page)
}
