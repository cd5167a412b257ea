import { describe, expect, it } from 'vitest'
import { isPublisherError, PublisherError } from '../../../src/base/errors.ts'
import { Secret } from '../../../src/base/secret.ts'
import { credentialsUnavailable } from '../../../src/ports/config-source.ts'
import { withCredentials } from '../../../src/ports/credentials.ts'
import { createCredentialCache } from '../../../src/runtime/tenancy/credential-cache.ts'

function setUp(ttlMs = 600_000) {
  const clock = { time: 0 }
  const calls: string[] = []
  const cache = createCredentialCache({
    resolve: async (ref) => {
      calls.push(ref)
      return {
        provider: 'dropbox',
        version: String(calls.length),
        refresh_token: new Secret(`token-${calls.length}`),
      }
    },
    ttlMs,
    now: () => clock.time,
  })
  return { cache, calls, clock }
}

const rejected = new PublisherError('credentials_rejected', 'no')

describe('the credential cache', () => {
  it('resolves once for concurrent callers, and again after the TTL', async () => {
    const { cache, calls, clock } = setUp(1000)
    const source = cache.source('ref', 'dropbox')
    await Promise.all(Array.from({ length: 50 }, () => source.get()))
    expect(calls).toEqual(['ref'])
    clock.time = 1000
    await source.get()
    expect(calls).toEqual(['ref', 'ref'])
  })

  it('resolves again exactly once when the vendor rejects credentials', async () => {
    const { cache, calls } = setUp()
    const used: string[] = []
    const result = await withCredentials(cache.source('ref', 'dropbox'), async ({ version }) => {
      used.push(version)
      if (version === '1') throw rejected
      return 'done'
    })
    expect(result).toBe('done')
    expect(used).toEqual(['1', '2'])
    expect(calls).toHaveLength(2)
  })

  it('gives up when the vendor rejects the fresh credentials too', async () => {
    const { cache, calls } = setUp()
    const attempt = withCredentials(cache.source('ref', 'dropbox'), () => Promise.reject(rejected))
    await expect(attempt).rejects.toBe(rejected)
    expect(calls).toHaveLength(2)
  })

  it('keeps newer credentials when older credentials are rejected late', async () => {
    const { cache, calls } = setUp()
    const source = cache.source('ref', 'dropbox')
    const old = await source.get()
    source.reject(old)
    await source.get()
    source.reject(old)
    await source.get()
    expect(calls).toHaveLength(2)
  })

  it('backs off while the vendor rejects fresh credentials, and soon finds replaced credentials', async () => {
    const { cache, calls, clock } = setUp()
    let accepted = Number.POSITIVE_INFINITY
    const request = () => {
      clock.time += 100
      return withCredentials(cache.source('ref', 'dropbox'), async ({ version }) => {
        if (Number(version) < accepted) throw rejected
        return 'done'
      }).catch(() => 'rejected')
    }
    for (let turn = 0; turn < 600; turn++) expect(await request()).toBe('rejected')
    expect(calls.length).toBeLessThan(12)
    accepted = calls.length + 1
    const replacedAt = clock.time
    while ((await request()) === 'rejected') expect(clock.time - replacedAt).toBeLessThan(10_100)
  })

  it('calls the vendor once per request during the backoff after rejected credentials', async () => {
    const { cache } = setUp()
    let uses = 0
    const use = () => {
      uses += 1
      return Promise.reject(rejected)
    }
    const source = cache.source('ref', 'dropbox')
    await expect(withCredentials(source, use)).rejects.toBe(rejected)
    expect(uses).toBe(2)
    await expect(withCredentials(source, use)).rejects.toBe(rejected)
    expect(uses).toBe(3)
  })

  it('resolves again without a pause when working credentials are rejected', async () => {
    const { cache, calls, clock } = setUp(24 * 3600_000)
    for (let rotation = 1; rotation < 10; rotation++) {
      clock.time += 3600_000
      const isOld = ({ version }: { version: string }) => Number(version) < calls.length
      const source = cache.source('ref', 'dropbox')
      const old = await source.get()
      source.reject(old)
      await source.get()
      expect(isOld(old)).toBe(true)
    }
    expect(calls).toHaveLength(10)
  })

  it('refuses credentials of another provider', async () => {
    const { cache } = setUp()
    await expect(cache.source('ref', 's3').get()).rejects.toMatchObject({ code: 'credentials_unavailable' })
  })
})

describe('the credential cache for unavailable credentials', () => {
  function failing(error: () => PublisherError) {
    const clock = { time: 0 }
    const calls: number[] = []
    let isBack = false
    const cache = createCredentialCache({
      resolve: async () => {
        calls.push(clock.time / 1000)
        if (!isBack) throw error()
        return { provider: 'dropbox', version: '1', refresh_token: new Secret('x') }
      },
      ttlMs: 600_000,
      now: () => clock.time,
    })
    const source = cache.source('ref', 'dropbox')
    return { source, calls, clock, recover: () => (isBack = true) }
  }

  it('backs off while the orchestrator does not know the credentials', async () => {
    const { source, calls, clock, recover } = failing(() => credentialsUnavailable(new Error('404')))
    for (let second = 0; second < 200; second++) {
      for (let request = 0; request < 5; request++)
        await expect(source.get()).rejects.toMatchObject({ code: 'credentials_unavailable' })
      clock.time += 1000
    }
    expect(calls).toEqual([0, 10, 30, 70, 130, 190])
    recover()
    clock.time += 60_000
    await expect(source.get()).resolves.toMatchObject({ provider: 'dropbox' })
  })

  it('repeats the error until the Retry-After of the orchestrator, then asks again', async () => {
    const away = new Error('away')
    const { source, calls, clock } = failing(() => credentialsUnavailable(away, 5000))
    const first = await source.get().catch((error: unknown) => error)
    clock.time += 4000
    const second = await source.get().catch((error: unknown) => error)
    if (!isPublisherError(first) || !isPublisherError(second)) throw new TypeError('unreachable')
    expect([second.code, second.message, second.cause, second.retryAfterMs]).toEqual([
      first.code,
      first.message,
      away,
      1000,
    ])
    for (let turn = 0; turn < 5; turn++) {
      clock.time += 1000
      await expect(source.get()).rejects.toBeDefined()
    }
    expect(calls).toEqual([0, 5])
  })

  it('shares one failed resolution among concurrent callers', async () => {
    const { source, calls } = failing(() => credentialsUnavailable(new Error('404')))
    const results = await Promise.allSettled(Array.from({ length: 500 }, () => source.get()))
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']))
    expect(calls).toHaveLength(1)
  })

  it('resolves again when the caller of a pending resolution has vanished', async () => {
    const clock = { time: 0 }
    let calls = 0
    const cache = createCredentialCache({
      resolve: () => {
        calls += 1
        if (calls === 1) return new Promise(() => undefined)
        return Promise.resolve({ provider: 'dropbox', version: '1', refresh_token: new Secret('x') })
      },
      ttlMs: 600_000,
      now: () => clock.time,
    })
    const source = cache.source('ref', 'dropbox')
    void source.get()
    clock.time += 15_000
    await expect(source.get()).resolves.toMatchObject({ provider: 'dropbox' })
  })
})
