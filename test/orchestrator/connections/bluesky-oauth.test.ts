import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusing } from '../../../dev/peers/pds/faults.ts'
import { type BlueskyServer, startBluesky } from '../../../dev/peers/pds.ts'
import type { VendorTools } from '../../../orchestrator/connections/vendor.ts'
import { createBlueskyVendor } from '../../../orchestrator/connections/vendors/bluesky.ts'
import { answerOf, checkCredentials } from '../../../orchestrator/registry/credentials.ts'
import { describeVendor, refusal } from '../../support/contracts/vendor.ts'
import { connectByOAuth, vendorAt } from '../../support/fixtures/bluesky-session.ts'
import { allowAt } from '../../support/fixtures/bluesky-sign-in.ts'
import { loopbackCallback, openOAuthScene, toolsOf } from '../../support/fixtures/bluesky-vendor.ts'

let server: BlueskyServer
beforeAll(async () => {
  server = await startBluesky({ accounts: ['carol', 'mallory'] })
})
afterAll(() => server.close())

describeVendor('Bluesky with OAuth', { way: 'oauth' }, () => openOAuthScene(server))

const hour = 3_600_000
const tokenCalls = () => server.calls.filter(({ method }) => method === '/oauth/token').length

function vendorWith(tools: Partial<VendorTools> = {}, settings = {}) {
  const addresses = { BLUESKY_SERVICE_URL: server.url, BLUESKY_DIRECTORY_URL: server.directoryUrl }
  return createBlueskyVendor({ ...addresses, ...settings }, { ...toolsOf(), ...tools })
}

async function begun(vendor = vendorWith(), { handle = 'carol.test', redirectUri = loopbackCallback } = {}) {
  const { oauth } = vendor
  if (!oauth) throw new Error('The vendor offers no OAuth.')
  const values = oauth.begins.parse(handle === '' ? {} : { handle })
  const state = 'state-of-the-attempt'
  return { oauth, ...(await oauth.begin({ state, redirectUri, values, language: 'de', again: false })) }
}

/** Returns a `fetch` that answers some requests itself. */
function answering(answer: (url: string, init?: RequestInit) => unknown): typeof fetch {
  return async (input, init) => {
    const body = await answer(String(input), init)
    return body instanceof Response ? body : body === undefined ? fetch(input, init) : Response.json(body)
  }
}

describe('an account connected by OAuth', () => {
  it('becomes credentials of the contract, whose refresh token the publisher never gets', async () => {
    const connected = await connectByOAuth(vendorAt(server), server.account('carol'))
    const { did, handle } = server.account('carol')
    expect(connected).toMatchObject({ account: `@${handle}`, accountId: did, settings: {} })
    expect(connected.expiresAt).toBeGreaterThan(Date.now() + hour / 2)
    const answer = answerOf(checkCredentials(connected.credentials, 'connection'), '7')
    expect(Object.keys(answer).sort()).toEqual(
      ['access_token', 'did', 'dpop_key', 'handle', 'provider', 'service', 'version'].sort(),
    )
    expect(answer).toMatchObject({ did, handle, service: server.url, version: '7' })
  })

  it('chooses the account on the page of the entry server when no handle is given', async () => {
    const { oauth, url, kept } = await begun(vendorWith(), { handle: '' })
    const answer = await allowAt(url, server.account('carol'))
    expect((await oauth.finish(answer, kept, loopbackCallback)).account).toBe('@carol.test')
  })

  it('asks only for posts and pictures', async () => {
    const connected = await connectByOAuth(vendorAt(server), server.account('carol'))
    const renewal = JSON.stringify(connected.credentials.renewal)
    expect(renewal).not.toContain('transition')
    expect(decodeURIComponent(renewal).replaceAll('+', ' ')).toContain(
      'scope=atproto repo:app.bsky.feed.post blob:image/*',
    )
  })

  it('renews the session in the last 20 minutes of its token, and not before', async () => {
    let now = Date.now()
    const vendor = vendorAt(server, () => now)
    const { credentials, expiresAt } = await connectByOAuth(vendor, server.account('carol'))
    const before = tokenCalls()
    expect(await vendor.check(credentials, expiresAt)).toEqual({})
    expect(tokenCalls()).toBe(before)

    now += 45 * 60_000
    const { renewed } = await vendor.check(credentials, expiresAt)
    if (!renewed) throw new Error('The session was not renewed.')
    expect(renewed.credentials.access_token).not.toBe(credentials.access_token)
    expect(renewed.credentials.renewal).not.toEqual(credentials.renewal)
    expect(renewed.credentials).toMatchObject({ did: credentials.did, dpop_key: credentials.dpop_key })
    expect(renewed.expiresAt).toBeGreaterThan(now + hour / 2)
    expect(await vendor.check(renewed.credentials, now + hour)).toEqual({})
  })

  it('reports a session as revoked once an old refresh token comes again', async () => {
    const vendor = vendorAt(server)
    const { credentials } = await connectByOAuth(vendor, server.account('carol'))
    const { renewed } = await vendor.check(credentials, Date.now())
    expect((await refusal(vendor.check(credentials, Date.now()))).reason).toBe('revoked')
    if (!renewed) throw new Error('The session was not renewed.')
    expect((await refusal(vendor.check(renewed.credentials, Date.now()))).reason).toBe('revoked')
  })

  it('sends a refresh token once even when the answer is lost', async () => {
    const vendor = vendorAt(server)
    const { credentials } = await connectByOAuth(vendor, server.account('carol'))
    const before = tokenCalls()
    // The first answer asks for a nonce. The second answer holds the tokens.
    const stop = server.interfere(({ method }) =>
      method === '/oauth/token' ? { kind: 'answer-lost' } : undefined,
    )
    expect((await refusal(vendor.check(credentials, Date.now()))).reason).toBe('unavailable')
    stop()
    expect(tokenCalls() - before).toBe(1)
  })

  it('keeps the connection when the server refuses the client', async () => {
    const vendor = vendorAt(server)
    const { credentials } = await connectByOAuth(vendor, server.account('carol'))
    const stop = server.interfere(({ method }) =>
      method === '/oauth/token' ? refusing(401, 'invalid_client') : undefined,
    )
    const refused = await refusal(vendor.check(credentials, Date.now()))
    stop()
    expect(refused).toMatchObject({ reason: 'unavailable', code: 'invalid_client' })
    await vendor.check(credentials, Date.now())
  })
})

describe('a callback', () => {
  const altered = async (change: (answer: URLSearchParams) => void) => {
    const { oauth, url, kept } = await begun()
    const answer = await allowAt(url, server.account('carol'))
    change(answer)
    return refusal(oauth.finish(answer, kept, loopbackCallback))
  }

  it.each([
    ['when it names no issuer', (answer: URLSearchParams) => answer.delete('iss')],
    ['when it names another issuer', (answer: URLSearchParams) => answer.set('iss', 'https://thief.example')],
    ['when it belongs to another attempt', (answer: URLSearchParams) => answer.set('state', 'another')],
    ['when it has no state', (answer: URLSearchParams) => answer.delete('state')],
    ['when it has two codes', (answer: URLSearchParams) => answer.append('code', 'cod-other')],
    ['when it has a foreign code', (answer: URLSearchParams) => answer.set('code', `cod-${'a'.repeat(64)}`)],
  ])('refuses a callback %s', async (when, change) => {
    const before = tokenCalls()
    const refused = await altered(change)
    expect(refused.reason).toBe('invalid')
    if (!when.includes('foreign')) expect(tokenCalls()).toBe(before)
  })

  it('refuses another account than that of the given handle', async () => {
    const { oauth, url, kept } = await begun()
    const answer = await allowAt(url, server.account('mallory'))
    const refused = await refusal(oauth.finish(answer, kept, loopbackCallback))
    expect(refused.reason).toBe('wrong_account')
  })

  it('refuses an account that does not lead back to the server that signed it in', async () => {
    const { did, handle } = server.account('carol')
    const { url, kept } = await begun()
    const answer = await allowAt(url, server.account('carol'))
    const service = {
      id: '#atproto_pds',
      type: 'AtprotoPersonalDataServer',
      serviceEndpoint: 'https://own.example',
    }
    const elsewhere = answering((asked) => {
      if (asked.startsWith(server.directoryUrl))
        return { id: did, alsoKnownAs: [`at://${handle}`], service: [service] }
      return asked.startsWith('https://own.example/.well-known/oauth-protected-resource')
        ? { resource: 'https://own.example', authorization_servers: ['https://own.example'] }
        : undefined
    })
    const { oauth } = vendorWith({ fetch: elsewhere, guardedFetch: elsewhere })
    const refused = await refusal(oauth?.finish(answer, kept, loopbackCallback) ?? Promise.resolve())
    expect(refused).toMatchObject({ reason: 'invalid', message: expect.stringContaining('does not belong') })
  })

  it.each(['atproto', 'atproto repo:app.bsky.feed.post', 'repo:app.bsky.feed.post blob:image/*'])(
    'refuses a session when the server granted only %s',
    async (scope) => {
      const lessened = answering(async (asked, init) => {
        if (!asked.endsWith('/oauth/token')) return undefined
        const answer = await fetch(asked, init)
        const body: unknown = await answer.json()
        const status = answer.status
        return Response.json(
          { ...Object(body), ...(status === 200 && { scope }) },
          { status, headers: answer.headers },
        )
      })
      const { oauth, url, kept } = await begun(vendorWith({ fetch: lessened }))
      const answer = await allowAt(url, server.account('carol'))
      expect((await refusal(oauth.finish(answer, kept, loopbackCallback))).reason).toBe('missing_permission')
    },
  )

  it('tells nothing of the code and the keys when the server repeats them', async () => {
    const echoing = answering((asked, init) => {
      if (!asked.endsWith('/oauth/token')) return undefined
      return Response.json({ error: 'invalid_grant', error_description: String(init?.body) }, { status: 400 })
    })
    const { oauth, url, kept } = await begun(vendorWith({ fetch: echoing }))
    const answer = await allowAt(url, server.account('carol'))
    const refused = await refusal(oauth.finish(answer, kept, loopbackCallback))
    expect(refused.reason).toBe('invalid')
    for (const secret of [answer.get('code') ?? '?', String(kept.verifier)])
      expect(JSON.stringify([refused, refused.message, refused.stack])).not.toContain(secret)
  })
})

describe('the beginning', () => {
  it('shows neither secrets nor the request itself in the address of the page', async () => {
    const { url } = await begun()
    expect([...new URL(url).searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
  })

  it('offers no OAuth without a client key in production', () => {
    expect(vendorWith({ allowPrivate: false }).oauth).toBeUndefined()
  })

  it('refuses an own address that servers do not accept without a client key', async () => {
    const refused = await refusal(
      begun(vendorWith(), { redirectUri: 'http://localhost:8090/connect/bluesky/callback' }),
    )
    expect(refused.message).toContain('127.0.0.1')
  })

  it.each([
    [
      'names a private issuer',
      'oauth-protected-resource',
      { authorization_servers: ['http://169.254.169.254'] },
    ],
    ['names no issuer', 'oauth-protected-resource', {}],
    [
      'has a script in place of its page',
      'oauth-authorization-server',
      { authorization_endpoint: 'javascript:alert(1)' },
    ],
    [
      'has a page in a private network',
      'oauth-authorization-server',
      { authorization_endpoint: 'https://10.0.0.1/authorize' },
    ],
  ])('refuses a server that %s', async (_name, document, members) => {
    const base = 'https://pds.example'
    const hostile = answering((asked) => {
      const { pathname } = new URL(asked)
      if (asked.startsWith('https://plc.example')) {
        const service = { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: base }
        return { id: `did:plc:${'a'.repeat(24)}`, alsoKnownAs: ['at://carol.test'], service: [service] }
      }
      if (pathname.endsWith('resolveHandle')) return { did: `did:plc:${'a'.repeat(24)}` }
      const changed = pathname.endsWith(document) ? members : {}
      return pathname.endsWith('oauth-protected-resource')
        ? {
            resource: base,
            ...(document === 'oauth-protected-resource' ? {} : { authorization_servers: [base] }),
            ...changed,
          }
        : {
            issuer: base,
            authorization_endpoint: `${base}/authorize`,
            token_endpoint: `${base}/token`,
            pushed_authorization_request_endpoint: `${base}/par`,
            ...changed,
          }
    })
    const key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
    const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', key.privateKey)
    const settings = {
      BLUESKY_SERVICE_URL: 'https://entry.example',
      BLUESKY_DIRECTORY_URL: 'https://plc.example',
      BLUESKY_CLIENT_KEY: JSON.stringify({ kty, crv, x, y, d }),
    }
    const vendor = vendorWith({ allowPrivate: false, fetch: hostile, guardedFetch: hostile }, settings)
    const redirectUri = 'https://connect.example.org/connect/bluesky/callback'
    expect((await refusal(begun(vendor, { redirectUri }))).reason).toBe('bad_address')
  })
})
