import { describe, expect, it } from 'vitest'
import { createHandler } from '../../src/handlers/app.ts'
import { guardFor } from '../../src/handlers/route.ts'
import { createApp } from '../../src/handlers/routes.ts'
import { clientOfPeer } from '../../src/runtime/client-address.ts'
import { sessionCookie, testProcess } from './services.ts'

const stoppedClock = () => Date.parse('2026-11-01T12:00:00Z')

describe('a flood of invented hosts', () => {
  function floodable() {
    let asked = 0
    const isTenant = (host: string) => {
      asked++
      return host.startsWith('tenant-')
    }
    const handler = createHandler(testProcess({}, { isTenant, now: stoppedClock }).services)
    const get = async (label: string, address = '198.51.100.1') => {
      const host = `${label}.shibari.test`
      return handler(new Request(`https://${host}/api/config/features`), {
        host,
        client: () => clientOfPeer(() => null, address),
        waitUntil: () => undefined,
      })
    }
    return { get, asked: () => asked }
  }

  it('ends in 429 for that client before the orchestrator is asked', async () => {
    const { get, asked } = floodable()
    for (let count = 0; count < 12_000; count++) expect((await get(`nobody-${count}`)).status).toBe(404)
    const refused = await get('one-more')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(asked()).toBe(12_000)
    expect((await get('one-more', '198.51.100.2')).status).toBe(404)
  })

  it('counts neither tenants nor what is remembered', async () => {
    const { get } = floodable()
    for (let count = 0; count < 12_500; count++) {
      expect((await get(`tenant-${count}`)).status).toBe(200)
      expect((await get('nobody')).status).toBe(404)
    }
  })
})

describe('a flood of changes', () => {
  it('ends in 429 for that tenant, and is not counted for strangers', async () => {
    const { services, exchange } = testProcess(
      { auth: { allowed_emails: ['admin@shibari.test'] } },
      { now: stoppedClock },
    )
    const app = createApp(services)
    app.post('/change', guardFor('admin', services), (c) => c.text('changed'))
    const ask = async (headers: Record<string, string>) =>
      app.request('https://alice.shibari.test/change', { method: 'POST', headers }, await exchange())
    const cookie = await sessionCookie(services, 'admin@shibari.test')
    const fromOwnPage = { 'sec-fetch-site': 'same-origin' }
    for (let count = 0; count < 400; count++) expect((await ask(fromOwnPage)).status).toBe(401)
    for (let count = 0; count < 300; count++) expect((await ask({ ...fromOwnPage, cookie })).status).toBe(200)
    const refused = await ask({ ...fromOwnPage, cookie })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  })
})
