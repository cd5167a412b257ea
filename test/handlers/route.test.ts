import { describe, expect, it } from 'vitest'
import { guardFor } from '../../src/handlers/route.ts'
import { createApp } from '../../src/handlers/routes.ts'
import { sessionCookie, testProcess } from '../support/fixtures/test-process.ts'

const stoppedClock = () => Date.parse('2026-11-01T12:00:00Z')

describe('the limit on changes', () => {
  it('answers 429 to an admin beyond the limit, but does not count refused visitors', async () => {
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
