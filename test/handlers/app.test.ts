import { describe, expect, it } from 'vitest'
import { createHandler } from '../../src/handlers/app.ts'
import { clientOfPeer } from '../../src/runtime/limits/client-address.ts'
import { testProcess } from '../support/fixtures/test-process.ts'

const stoppedClock = () => Date.parse('2026-11-01T12:00:00Z')

describe('the limit on unknown hosts', () => {
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

  it('answers 429 to a client that invents hosts, before the orchestrator is asked', async () => {
    const { get, asked } = floodable()
    for (let count = 0; count < 1500; count++) expect((await get(`nobody-${count}`)).status).toBe(404)
    const refused = await get('one-more')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(asked()).toBe(1500)
    expect((await get('one-more', '198.51.100.2')).status).toBe(404)
  })

  it('counts neither hosts of tenants nor remembered hosts', async () => {
    const { get } = floodable()
    for (let count = 0; count < 3500; count++) {
      expect((await get(`tenant-${count}`)).status).toBe(200)
      expect((await get('nobody')).status).toBe(404)
    }
  })

  it('answers 503 with Retry-After when all clients together invent hosts, but serves known tenants', async () => {
    const { get, asked } = floodable()
    expect((await get('tenant-1', '203.0.113.1')).status).toBe(200)
    for (let count = 0; count < 4000; count++) await get(`nobody-${count}`, `198.51.${count % 9}.1`)
    const refused = await get('one-more', '198.51.9.1')
    expect([refused.status, asked()]).toEqual([404, expect.any(Number)])
    const before = asked()
    const busy = await get('another', '198.51.1.1')
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '1'])
    expect(asked()).toBe(before)
    expect((await get('tenant-1', '198.51.1.1')).status).toBe(200)
  })
})
