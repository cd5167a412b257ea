import { describe, expect, it } from 'vitest'
import { createHandler } from '../../src/handlers/app.ts'
import { guardFor } from '../../src/handlers/route.ts'
import { createApp } from '../../src/handlers/routes.ts'
import { clientOfPeer } from '../../src/runtime/limits/client-address.ts'
import { sessionCookie, testProcess } from '../support/fixtures/test-process.ts'

const stoppedClock = () => Date.parse('2026-11-01T12:00:00Z')

describe('the limit on viewer routes', () => {
  const isPublic = { auth: { allowed_emails: ['admin@shibari.test'] }, features: { auto_view_enabled: true } }
  const names = ['alice', 'bob']

  function gallery(config: Record<string, unknown> = isPublic, viewerRequests = 3000) {
    const process = testProcess(config, { now: stoppedClock, viewerRequests })
    const handler = createHandler(process.services)
    const get = (path: string, { tenant = 'alice', address = '198.51.100.1', cookie = '' } = {}) => {
      const host = `${tenant}.shibari.test`
      const headers = cookie ? { cookie } : undefined
      return handler(new Request(`https://${host}${path}`, headers && { headers }), {
        host,
        client: () => clientOfPeer(() => null, address),
        waitUntil: () => undefined,
      })
    }
    return { ...process, get }
  }
  const paths = [
    '/api/images/list',
    '/api/images/random',
    '/api/images/a.jpg',
    '/api/images/a.jpg/thumbnail',
    '/api/images/a.jpg/original?token=x',
  ]

  it('answers 429 with Retry-After on all viewer routes, for that client and tenant only', async () => {
    const { get } = gallery()
    for (let count = 0; count < 3000; count++) {
      expect((await get(paths[count % paths.length] ?? '')).status).not.toBe(429)
    }
    for (const path of paths) {
      const refused = await get(path)
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10'])
      expect(refused.headers.get('ratelimit')).toBe('"viewer";r=0;t=300')
      expect(refused.headers.get('ratelimit-policy')).toBe('"viewer";q=3000;w=300')
      expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
    }
    expect((await get('/api/images/list', { address: '198.51.100.2' })).status).not.toBe(429)
    expect((await get('/api/images/list', { tenant: 'bob' })).status).not.toBe(429)
    expect((await get('/')).status).toBe(200)
    expect((await get('/api/config/features')).status).toBe(200)
  })

  it('sends the remaining allowance on viewer routes only', async () => {
    const { get } = gallery()
    const [first, second] = [await get('/api/images/list'), await get('/api/images/a.jpg/thumbnail')]
    expect(first.headers.get('ratelimit')).toBe('"viewer";r=2999;t=1')
    expect(second.headers.get('ratelimit')).toBe('"viewer";r=2998;t=1')
    for (const path of ['/', '/api/config/features', '/health', '/nonsense', '/api/library/objects']) {
      expect((await get(path)).headers.get('ratelimit')).toBeNull()
    }
  })

  it('does not count the tenant’s admins, but counts admins of other tenants', async () => {
    const { services, get } = gallery(isPublic, 10)
    const cookie = await sessionCookie(services, 'admin@shibari.test')
    for (let count = 0; count < 50; count++) {
      const answer = await get('/api/images/list', { cookie })
      expect([answer.status === 429, answer.headers.get('ratelimit')]).toEqual([false, null])
    }
    const other = await sessionCookie(services, 'other@shibari.test')
    for (let count = 0; count < 10; count++) await get('/api/images/list', { cookie: other })
    expect((await get('/api/images/list', { cookie: other })).status).toBe(429)
    expect((await get('/api/images/list', { cookie: 'session=forged' })).status).toBe(429)
    expect((await get('/api/images/list', { cookie })).status).not.toBe(429)
  })

  it('leaves responses to admins as cacheable as other responses', async () => {
    const { services, exchange } = gallery()
    const app = createApp(services)
    app.get('/cached', guardFor('viewer', services), (c) => {
      c.header('cache-control', 'public, max-age=3600')
      return c.text('picture')
    })
    const cookie = await sessionCookie(services, 'admin@shibari.test')
    const url = 'https://alice.shibari.test/cached'
    const answer = await app.request(url, { headers: { cookie } }, await exchange())
    expect([answer.headers.get('cache-control'), answer.headers.get('vary')]).toEqual([
      'public, max-age=3600',
      null,
    ])
  })

  it('answers 429 in a private gallery, too', async () => {
    const { get } = gallery({ ...isPublic, features: { auto_view_enabled: false } }, 10)
    for (let count = 0; count < 10; count++) expect((await get('/api/images/list')).status).toBe(401)
    expect((await get('/api/images/list')).status).toBe(429)
  })

  it('never answers 429 when the limit is off', async () => {
    const { get } = gallery(isPublic, 0)
    for (let count = 0; count < 4000; count++) {
      const answer = await get('/api/images/list', { tenant: names[count % 2] ?? 'alice' })
      expect([answer.status === 429, answer.headers.get('ratelimit')]).toEqual([false, null])
    }
  })
})
