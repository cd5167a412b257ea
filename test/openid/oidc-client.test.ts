import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { createOidcClient } from '../../src/openid/oidc-client.ts'
import { type ScriptedIssuer, startScriptedIssuer } from '../support/fakes/scripted-issuer.ts'

const ended = 'https://app.shibari.test/auth/ended'

function clientOf({ issuer }: ScriptedIssuer, isAuth0: boolean) {
  const provider = { issuer, clientId: 'publisher', clientSecret: new Secret('secret'), isAuth0 }
  return createOidcClient(provider, { maxAgeSeconds: 60, onUnreachable: () => undefined, now: Date.now })
}

describe('the provider’s sign-out URL', () => {
  it('reads the sign-out URL from the provider’s discovery document', async () => {
    await using issuer = await startScriptedIssuer()
    issuer.metadata = { ...issuer.metadata, end_session_endpoint: `${issuer.issuer}/oidc/logout?kind=x` }
    for (const isAuth0 of [true, false]) {
      const url = new URL((await clientOf(issuer, isAuth0).endSessionUrl(ended, {})) ?? '')
      expect(url.origin + url.pathname).toBe(`${issuer.issuer}/oidc/logout`)
      expect(Object.fromEntries(url.searchParams)).toEqual({
        kind: 'x',
        client_id: 'publisher',
        post_logout_redirect_uri: ended,
      })
    }
  })

  it('falls back to Auth0’s older address at Auth0 only', async () => {
    await using issuer = await startScriptedIssuer()
    issuer.metadata = { ...issuer.metadata, end_session_endpoint: undefined }
    const url = new URL((await clientOf(issuer, true).endSessionUrl(ended, {})) ?? '')
    expect(url.origin + url.pathname).toBe(`${issuer.issuer}/v2/logout`)
    expect(Object.fromEntries(url.searchParams)).toEqual({ client_id: 'publisher', returnTo: ended })
    expect(await clientOf(issuer, false).endSessionUrl(ended, {})).toBeNull()
  })
})

describe('the client’s authentication at the provider', () => {
  const callback = 'https://app.shibari.test/auth/callback'
  const basic = `Basic ${btoa('publisher:secret')}`
  it.each([
    ['the body by default', undefined, 'secret', undefined],
    [
      'the body if the provider supports both',
      ['client_secret_basic', 'client_secret_post'],
      'secret',
      undefined,
    ],
    ['the header if the provider supports only that', ['client_secret_basic'], null, basic],
  ])('sends the client secret in %s', async (_, token_endpoint_auth_methods_supported, inBody, inHeader) => {
    await using issuer = await startScriptedIssuer()
    issuer.metadata = { ...issuer.metadata, token_endpoint_auth_methods_supported }
    const client = clientOf(issuer, false)
    const { url, secrets } = await client.begin(callback, null)
    const answer = await fetch(url, { redirect: 'manual' })
    const { searchParams } = new URL(answer.headers.get('location') ?? '')
    expect(await client.redeem(searchParams, secrets, callback)).toMatchObject({
      person: { subject: 'scripted|1' },
    })
    expect(issuer.tokenRequests[0]?.get('client_secret')).toBe(inBody)
    expect(issuer.tokenAuthorizations).toEqual([inHeader])
  })
})

describe('the provider’s addresses', () => {
  it.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'end_session_endpoint'])(
    'rejects a script as %s',
    async (name) => {
      await using issuer = await startScriptedIssuer()
      issuer.metadata = { ...issuer.metadata, [name]: 'javascript:alert(1)' }
      await expect(
        clientOf(issuer, false).begin('https://app.shibari.test/auth/callback', null),
      ).rejects.toMatchObject({
        code: 'sign_in_unavailable',
      })
    },
  )
})
