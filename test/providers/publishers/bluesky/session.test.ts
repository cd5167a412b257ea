import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlueskyServer, startBluesky } from '../../../../dev/peers/pds.ts'
import { type Fetch, guardedFetch } from '../../../../src/base/endpoint-guard.ts'
import { Secret } from '../../../../src/base/secret.ts'
import { createBlueskyService } from '../../../../src/providers/publishers/bluesky/service.ts'
import { createBlueskyPublisher } from '../../../../src/providers/publishers/bluesky.ts'
import {
  describePublisher,
  describeVerification,
  type PublisherScene,
} from '../../../support/contracts/publisher.ts'
import { planned } from '../../../support/contracts/publisher-scene.ts'
import { refusal, type Script, scriptedBluesky } from '../../../support/fakes/bluesky-server.ts'
import { createSessionScenes } from '../../../support/fixtures/bluesky-session.ts'
import { credentialsOf, postOf } from '../../../support/fixtures/posts.ts'
import { quick } from '../../../support/fixtures/quick-retry.ts'
import { everythingOf, failure } from '../../../support/fixtures/rejections.ts'

let server: BlueskyServer
let open: () => Promise<PublisherScene>
beforeAll(async () => {
  server = await startBluesky({ accounts: [] })
  open = createSessionScenes(server)
})
afterAll(() => server.close())

describePublisher('Bluesky with a session of OAuth', () => open(), {
  losesAnswers: 'confirmed',
  altText: true,
  retracts: true,
})
describeVerification('Bluesky with a session of OAuth', () => open())

describe('a post with a session of OAuth', () => {
  const account = { did: 'did:plc:alice', handle: 'alice.example.org' }
  const service = 'https://pds.example.org'

  async function newKey(): Promise<string> {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
    ])
    return JSON.stringify(await crypto.subtle.exportKey('jwk', privateKey))
  }

  /** Creates a publisher on a scripted server. */
  async function scripted(
    script?: Script,
    { key, token = 'canary-token' }: { key?: string; token?: string } = {},
  ) {
    const fake = scriptedBluesky(script)
    const proofs: (string | null)[] = []
    const recorded: Fetch = (input, init) => {
      proofs.push(new Headers(init?.headers).get('dpop'))
      return fake.fetch(input, init)
    }
    const bluesky = createBlueskyService({
      serviceUrl: 'https://entry.example.org',
      fetch: guardedFetch({ allowPrivate: false, fetch: recorded }),
      serviceFetch: () => Promise.reject(new Error('the entry server is not needed')),
      retry: quick,
    })
    const dpop_key = new Secret(key ?? (await newKey()))
    const session = { ...account, service, version: '1', access_token: new Secret(token), dpop_key }
    const credentials = credentialsOf(session)
    const publisher = createBlueskyPublisher({ service: bluesky, owner: 'alice', config: {}, credentials })
    return {
      ...fake,
      proofs,
      publisher,
      send: async () => publisher.publish(await postOf(), planned(publisher)),
    }
  }

  const nonceWanted = () =>
    Response.json(
      { error: 'use_dpop_nonce', message: 'Authorization server requires nonce in DPoP proof' },
      { status: 401, headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n-2' } },
    )

  it('proves each request with a new proof for its address, method and token', async () => {
    const { send, proofs, calls } = await scripted()
    await send()
    const proved = proofs.filter((proof) => proof !== null).map((proof) => decodeJwt(proof))
    expect(proved.map(({ htm, htu }) => [htm, htu])).toEqual([
      ['POST', `${service}/xrpc/com.atproto.repo.uploadBlob`],
      ['POST', `${service}/xrpc/com.atproto.repo.putRecord`],
    ])
    expect(new Set(proved.map(({ jti }) => jti)).size).toBe(2)
    expect(calls.map(({ authorization }) => authorization)).toContain('DPoP canary-token')
    expect(JSON.stringify(proofs.map((proof) => proof && decodeProtectedHeader(proof)))).not.toContain('"d"')
  })

  it('repeats a request once when the server asks for a nonce', async () => {
    const { send, proofs, count } = await scripted(({ method }, nth) =>
      method === 'putRecord' && nth === 1 ? nonceWanted() : undefined,
    )
    await send()
    expect(count('putRecord')).toBe(2)
    expect(decodeJwt(proofs.at(-1) ?? '')).toMatchObject({ nonce: 'n-2' })
  })

  it('ends when the server asks for a nonce again and again', async () => {
    const { send, count } = await scripted(({ method }) =>
      method === 'putRecord' ? nonceWanted() : undefined,
    )
    expect((await failure(send())).code).toBe('credentials_rejected')
    // Once more with credentials that were resolved anew.
    expect(count('putRecord')).toBe(4)
  })

  it.each(['text', '{}', '{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}'])(
    'rejects a session in words when its key is %s',
    async (key) => {
      const { send, calls } = await scripted(undefined, { key })
      const error = await failure(send())
      expect(error).toMatchObject({
        code: 'credentials_rejected',
        message: expect.stringContaining('settings'),
      })
      expect(calls).toEqual([])
    },
  )

  it('does not repeat its token in an error', async () => {
    const { send } = await scripted(({ method }) =>
      method === 'uploadBlob' ? refusal(400, 'InvalidRequest', 'refused canary-token') : undefined,
    )
    const error = await failure(send())
    expect(error.code).toBe('publish_refused')
    expect(everythingOf(error)).not.toContain('canary')
  })

  it('refuses an account whose server is not public', async () => {
    const fake = scriptedBluesky()
    const bluesky = createBlueskyService({
      fetch: guardedFetch({ allowPrivate: false, fetch: fake.fetch }),
      retry: quick,
    })
    const session = {
      ...account,
      service: 'https://169.254.169.254',
      version: '1',
      access_token: new Secret('canary-token'),
      dpop_key: new Secret(await newKey()),
    }
    const options = { service: bluesky, owner: 'alice', config: {}, credentials: credentialsOf(session) }
    const publisher = createBlueskyPublisher(options)
    const error = await failure(publisher.publish(await postOf(), planned(publisher)))
    expect(error.code).toBe('endpoint_refused')
    expect(fake.calls).toEqual([])
  })
})

describe('an app password at a server of its own', () => {
  it('signs in at the server that the credentials name', async () => {
    const fake = scriptedBluesky()
    const service = createBlueskyService({
      serviceUrl: 'https://entry.example.org',
      fetch: guardedFetch({ allowPrivate: false, fetch: fake.fetch }),
      serviceFetch: () => Promise.reject(new Error('the entry server is not needed')),
      retry: quick,
    })
    const credentials = credentialsOf({
      handle: 'alice.example.org',
      app_password: new Secret('canary'),
      service: 'https://pds.example.org/',
      version: '1',
    })
    const publisher = createBlueskyPublisher({ service, owner: 'alice', config: {}, credentials })
    await publisher.publish(await postOf(), planned(publisher))
    expect(new Set(fake.calls.map(({ url }) => url.host))).toEqual(new Set(['pds.example.org']))
    expect(fake.count('createSession')).toBe(1)
  })
})
