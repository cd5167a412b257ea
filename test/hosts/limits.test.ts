import { expect, it } from 'vitest'
import { https } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, type HostKind } from '../support/fixtures/hosts.ts'
import { alice, callback, startWithScript } from '../support/fixtures/sign-in/fleet.ts'

/** Returns the headers in which each host's platform passes the client's address. */
function from(address: string, kind: HostKind): Record<string, string> {
  return {
    ...https,
    ...(kind.name === 'node'
      ? { 'x-forwarded-for': `203.0.113.9, ${address}` }
      : { 'cf-connecting-ip': address }),
  }
}

/** Number of requests. The bucket refills by one per second, so some are refused even on a slow machine. */
const flood = 400

async function answersOf(ask: () => Promise<Response>): Promise<Response[]> {
  const answers: Response[] = []
  for (let asked = 0; asked < flood; asked += 25) {
    answers.push(...(await Promise.all(Array.from({ length: 25 }, ask))))
  }
  return answers
}

describeOnBothHosts('a flood of sign-ins', (kind) => {
  it.each([
    ['on a tenant’s host', new URL(alice).host, '/auth/login'],
    ['on the callback host', new URL(callback).host, '/auth/callback?state=x&code=y'],
  ])('limits only the flooding client, with 429 and Retry-After (%s)', async (_title, host, path) => {
    await using fleet = await startWithScript(kind)
    const ask = (address: string) => fleet.host.request(host, path, { headers: from(address, kind) })
    const answers = await answersOf(() => ask('198.51.100.1'))
    expect(answers.slice(0, 300).map(({ status }) => status)).not.toContain(429)
    const refused = answers.find(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(await refused?.json()).toMatchObject({ code: 'rate_limited' })
    expect((await ask('198.51.100.2')).status).not.toBe(429)
  })

  it('lets a client that is limited at sign-in still view photos', async () => {
    await using fleet = await startWithScript(kind)
    const headers = from('198.51.100.1', kind)
    await answersOf(() => fleet.host.request(new URL(alice).host, '/auth/login', { headers }))
    const page = await fleet.host.request(new URL(alice).host, '/', { headers })
    expect(page.status).toBe(200)
  })
})
