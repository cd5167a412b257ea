/** A real identity provider on loopback (oidc-provider), where signing in needs no typing. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export const clientId = 'publisher'
export const clientSecret = 'canary-client-secret'

export interface Account {
  email: string
  email_verified: unknown
}

export interface TestProvider extends AsyncDisposable {
  issuer: string
  accounts: Map<string, Account>
  /** Who answers the login prompt: a subject, or nobody, who cancels. */
  person: string | null
  /** How often the prompt was shown. */
  prompts: number
  /** True for each sign-out that brought an ID token of this provider for the person who is signed in there. */
  logoutHints: boolean[]
  /** Requests that came, as `method path`. */
  requests: string[]
}

export interface ProviderOptions {
  /** Origin of the callback host. */
  callbackOrigin: string
  /** Seconds that a login at the provider itself lasts; left out: as long as the test. */
}

/** Starts one. Its own session makes a second sign-in silent, as Auth0's does. */
export async function startProvider({ callbackOrigin }: ProviderOptions): Promise<TestProvider> {
  const server = createServer()
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  const issuer = `http://127.0.0.1:${port}`
  const accounts = new Map<string, Account>()
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${callbackOrigin}/auth/callback`],
        post_logout_redirect_uris: [`${callbackOrigin}/auth/ended`],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...accounts.get(id) }),
    }),
    cookies: { keys: ['provider-cookie-key'] },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        // As Keycloak does: a sign-out that proves whose it is needs no question.
        logoutSource(context, form) {
          const { entities, session } = context.oidc
          test.logoutHints.push(entities.IdTokenHint?.payload.sub === session?.accountId)
          context.body = form
        },
      },
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
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
  const test: TestProvider = {
    issuer,
    accounts,
    person: null,
    prompts: 0,
    logoutHints: [],
    requests: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  server.on('request', (request, response) => {
    test.requests.push(`${request.method} ${request.url?.split('?')[0]}`)
    if (!request.url?.startsWith('/interaction/')) return answer(request, response)
    test.prompts++
    const result = test.person
      ? { login: { accountId: test.person } }
      : { error: 'access_denied', error_description: 'cancelled' }
    return provider.interactionFinished(request, response, result)
  })
  return test
}
