import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmulatorServer, listenOnLoopback } from '../../../dev/emulators/dropbox/server.ts'
import { type BlueskyServer, startBluesky } from '../../../dev/peers/pds.ts'
import { addBlueskyClient } from '../../../orchestrator/connections/bluesky-client.ts'
import { vendorVariables } from '../../../orchestrator/connections/vendor-settings.ts'
import { describeVendor } from '../../support/contracts/vendor.ts'
import { openOAuthScene } from '../../support/fixtures/bluesky-vendor.ts'

// Servers refuse the reserved names of examples.
const origin = 'https://connect.shibari.photo'
const redirectUri = `${origin}/connect/bluesky/callback`

/** Creates a private key, as the operator does. */
async function newClientKey(): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
  ])
  return JSON.stringify(await crypto.subtle.exportKey('jwk', privateKey))
}

function appOf(variables: Parameters<typeof addBlueskyClient>[1]): Hono {
  const app = new Hono()
  addBlueskyClient(app, variables)
  return app
}

describe('the documents of the client', () => {
  it('names the public address, the rights and the public key', async () => {
    const key = await newClientKey()
    const app = appOf({ ORCHESTRATOR_PUBLIC_URL: `${origin}/`, BLUESKY_CLIENT_KEY: key })
    const document = await app.request('/connect/bluesky/client-metadata.json')
    expect(document.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await document.json()).toMatchObject({
      client_id: `${origin}/connect/bluesky/client-metadata.json`,
      redirect_uris: [redirectUri],
      jwks_uri: `${origin}/connect/bluesky/jwks.json`,
      scope: 'atproto repo:app.bsky.feed.post blob:image/*',
      dpop_bound_access_tokens: true,
    })
    const keys = await (await app.request('/connect/bluesky/jwks.json')).text()
    const { d, x } = JSON.parse(key)
    expect(JSON.parse(keys)).toMatchObject({ keys: [{ kty: 'EC', crv: 'P-256', x, alg: 'ES256' }] })
    expect(keys).not.toContain(d)
  })

  it.each([{}, { ORCHESTRATOR_PUBLIC_URL: origin }])('answers 404 without a key (%j)', async (variables) => {
    const app = appOf({ ORCHESTRATOR_PUBLIC_URL: undefined, BLUESKY_CLIENT_KEY: undefined, ...variables })
    for (const name of ['client-metadata.json', 'jwks.json'])
      expect((await app.request(`/connect/bluesky/${name}`)).status).toBe(404)
  })

  it.each([
    'text',
    '{}',
    '{"kty":"EC","crv":"P-256","x":"a","y":"b"}',
    '{"kty":"RSA"}',
    '{"kty":"EC","crv":"P-384"}',
  ])('refuses the key %s at the start', (key) => {
    expect(vendorVariables.safeParse({ BLUESKY_CLIENT_KEY: key }).success).toBe(false)
  })
})

describe('a client with a key', () => {
  let documents: EmulatorServer
  let server: BlueskyServer
  let clientKey: string
  beforeAll(async () => {
    clientKey = await newClientKey()
    const app = appOf({ ORCHESTRATOR_PUBLIC_URL: origin, BLUESKY_CLIENT_KEY: clientKey })
    documents = await listenOnLoopback(async (request) => app.fetch(request), 0)
    server = await startBluesky({ accounts: [], client: { host: new URL(origin).host, url: documents.url } })
  })
  afterAll(async () => {
    await server.close()
    await documents.close()
  })

  describeVendor('Bluesky with a client key', { way: 'oauth' }, () =>
    openOAuthScene(server, { redirectUri, clientKey }),
  )
})
