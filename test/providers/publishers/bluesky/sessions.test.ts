import { describe, expect, it } from 'vitest'
import { guardedFetch } from '../../../../src/base/endpoint-guard.ts'
import { Secret } from '../../../../src/base/secret.ts'
import type { Publisher } from '../../../../src/ports/publisher.ts'
import {
  type BlueskyService,
  createBlueskyService,
} from '../../../../src/providers/publishers/bluesky/service.ts'
import { createBlueskyPublisher } from '../../../../src/providers/publishers/bluesky.ts'
import { planned } from '../../../support/contracts/publisher-scene.ts'
import {
  account,
  refusal,
  type Script,
  type ScriptedBluesky,
  scriptedBluesky,
  sessionAnswer,
} from '../../../support/fakes/bluesky-server.ts'
import { credentialsOf, postOf } from '../../../support/fixtures/posts.ts'
import { quick } from '../../../support/fixtures/quick-retry.ts'
import { failure } from '../../../support/fixtures/rejections.ts'

function serviceOf({ fetch }: ScriptedBluesky, options: { now?: () => number; deadlineMs?: number } = {}) {
  const { now, deadlineMs = quick.deadlineMs } = options
  return createBlueskyService({
    serviceUrl: 'https://entry.example.org/',
    fetch: guardedFetch({ allowPrivate: false, fetch }),
    serviceFetch: fetch,
    retry: { ...quick, deadlineMs },
    ...(now && { now }),
  })
}

function publisherOf(
  service: BlueskyService,
  { owner = 'alice.shibari.photo', password = 'canary-password', version = '1' } = {},
): Publisher {
  const credentials = credentialsOf({ handle: account.handle, app_password: new Secret(password), version })
  return createBlueskyPublisher({ service, owner, config: {}, credentials })
}

async function post(publisher: Publisher, signal?: AbortSignal) {
  return publisher.publish(await postOf(), planned(publisher, { ...(signal && { signal }) }))
}

const never = () => new Promise<Response>(() => undefined)

describe('a session with Bluesky', () => {
  it('shares one login among concurrent posts and versions of the configuration', async () => {
    const server = scriptedBluesky()
    const service = serviceOf(server)
    await Promise.all(Array.from({ length: 20 }, () => post(publisherOf(service))))
    await post(publisherOf(service))
    expect(server.count('createSession')).toBe(1)
    expect(server.count('putRecord')).toBe(21)
  })

  it('signs in anew for another tenant, password or version of the credentials', async () => {
    const server = scriptedBluesky()
    const service = serviceOf(server)
    await post(publisherOf(service))
    await post(publisherOf(service, { owner: 'bob.shibari.photo' }))
    await post(publisherOf(service, { version: '2' }))
    await post(publisherOf(service, { password: 'canary-of-another' }))
    expect(server.count('createSession')).toBe(4)
  })

  it('renews a session before it expires', async () => {
    let now = Date.now()
    const server = scriptedBluesky()
    const publisher = publisherOf(serviceOf(server, { now: () => now }))
    await post(publisher)
    now += 116 * 60_000
    await post(publisher)
    expect([server.count('createSession'), server.count('refreshSession')]).toEqual([1, 1])
    const [before, after] = ['putRecord', 'refreshSession'].map((method) =>
      server.calls.find((call) => call.method === method),
    )
    expect(after?.authorization).not.toBe(before?.authorization)
  })

  it.each(['ExpiredToken', 'InvalidToken'])('renews a session once for all posts after %s', async (error) => {
    let expired: string | null | undefined
    const server = scriptedBluesky(({ method, authorization }) =>
      method === 'uploadBlob' && authorization === expired ? refusal(400, error) : undefined,
    )
    const publisher = publisherOf(serviceOf(server))
    await post(publisher)
    expired = server.calls.find(({ method }) => method === 'uploadBlob')?.authorization
    await Promise.all([post(publisher), post(publisher), post(publisher)])
    expect([server.count('createSession'), server.count('refreshSession')]).toEqual([1, 1])
    expect(server.count('putRecord')).toBe(4)
  })

  it('signs in anew when Bluesky refuses to renew the session', async () => {
    let now = Date.now()
    const server = scriptedBluesky(({ method }) =>
      method === 'refreshSession' ? refusal(400, 'ExpiredToken') : undefined,
    )
    const publisher = publisherOf(serviceOf(server, { now: () => now }))
    await post(publisher)
    now += 3 * 3_600_000
    await post(publisher)
    expect(server.count('createSession')).toBe(2)
  })

  it('stops after thirty logins in five minutes and says when the next login is possible', async () => {
    let now = Date.now()
    const server = scriptedBluesky(({ method }) =>
      method === 'createSession' ? refusal(401, 'AuthenticationRequired') : undefined,
    )
    const service = serviceOf(server, { now: () => now })
    for (let login = 0; login < 15; login++) {
      expect((await failure(post(publisherOf(service)))).code).toBe('credentials_rejected')
      now += 1000
    }
    const refused = await failure(post(publisherOf(service)))
    expect(refused).toMatchObject({ code: 'rate_limited', retryAfterMs: 5 * 60_000 - 15_000 })
    expect(server.count('createSession')).toBe(30)

    await failure(post(publisherOf(service, { owner: 'bob.shibari.photo' })))
    expect(server.count('createSession')).toBe(32)
    now += 5 * 60_000
    expect((await failure(post(publisherOf(service)))).code).toBe('credentials_rejected')
  })

  it('signs in anew when the request that signed in has ended without an answer', async () => {
    const server = scriptedBluesky(({ method }, nth) =>
      method === 'createSession' && nth === 1 ? never() : undefined,
    )
    const publisher = publisherOf(serviceOf(server, { deadlineMs: 300 }))
    const stopped = new AbortController()
    const first = failure(post(publisher, stopped.signal))
    const second = post(publisher)
    stopped.abort()
    expect((await first).code).toBe('publish_unavailable')
    // The second post shares the login, which fails at its deadline.
    await second.catch(() => undefined)
    await post(publisher)
    expect(server.count('putRecord')).toBeGreaterThan(0)
  })

  it("posts to the account's own server", async () => {
    const endpoint = 'https://pds.example.com'
    const server = scriptedBluesky(({ method }, nth) =>
      method === 'createSession' ? sessionAnswer(nth, { endpoint }) : undefined,
    )
    await post(publisherOf(serviceOf(server)))
    expect(server.calls.map(({ url, method }) => [url.host, method])).toEqual([
      ['entry.example.org', 'createSession'],
      ['pds.example.com', 'uploadBlob'],
      ['pds.example.com', 'putRecord'],
    ])
  })

  it.each(['http://pds.example.com', 'https://127.0.0.1', 'https://metadata.internal', 'file:///etc/passwd'])(
    'sends nothing to %s, which is not a public server',
    async (endpoint) => {
      const server = scriptedBluesky(({ method }, nth) =>
        method === 'createSession' ? sessionAnswer(nth, { endpoint }) : undefined,
      )
      expect((await failure(post(publisherOf(serviceOf(server))))).code).toBe('endpoint_refused')
      expect(server.count('uploadBlob')).toBe(0)
    },
  )

  const logins: [title: string, script: Script, expected: object][] = [
    [
      'wants a confirmation code',
      () => refusal(401, 'AuthFactorTokenRequired'),
      { code: 'credentials_rejected', message: expect.stringContaining('Use an app password') },
    ],
    [
      'has taken the account down',
      () => refusal(401, 'AccountTakedown'),
      { code: 'publish_refused', message: expect.stringContaining('taken the account down') },
    ],
    [
      'names the account as deactivated',
      () =>
        Response.json({
          ...account,
          accessJwt: 'a.b.c',
          refreshJwt: 'a.b.c',
          active: false,
          status: 'deactivated',
        }),
      { code: 'publish_refused', message: expect.stringContaining('reactivate it') },
    ],
    ['is down', () => refusal(502, 'UpstreamFailure'), { code: 'publish_unavailable' }],
    [
      'limits logins',
      () => refusal(429, 'RateLimitExceeded', 'Rate Limit Exceeded', { 'retry-after': '240' }),
      { code: 'rate_limited', retryAfterMs: 240_000 },
    ],
    [
      'limits logins and names the end as older servers do',
      () => refusal(429, 'RateLimitExceeded', '', { 'ratelimit-reset': '4102444800' }),
      { code: 'rate_limited', retryAfterMs: expect.any(Number) },
    ],
    ['sends a token that could end a header', () => login('a\r\nb'), { code: 'publish_unavailable' }],
    ['answers in another shape', () => Response.json([]), { code: 'publish_unavailable' }],
  ]
  const login = (accessJwt: string) => Response.json({ ...account, accessJwt, refreshJwt: 'a.b.c' })

  it.each(logins)('reports the right error when Bluesky %s', async (_, answer, expected) => {
    const server = scriptedBluesky((call, nth) =>
      call.method === 'createSession' ? answer(call, nth) : undefined,
    )
    const error = await failure(post(publisherOf(serviceOf(server))))
    expect(error).toMatchObject(expected)
    expect(JSON.stringify(error) + error.message + String(error.cause)).not.toContain('canary')
    expect(server.count('uploadBlob')).toBe(0)
  })

  it('explains a server that does not speak the protocol', async () => {
    const server = scriptedBluesky(() => new Response('Not found', { status: 404 }))
    const error = await failure(
      publisherOf(serviceOf(server)).verify?.(new AbortController().signal) ?? never(),
    )
    expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringContaining('protocol') })
  })
})
