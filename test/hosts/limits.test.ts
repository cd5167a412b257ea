import { expect, it } from 'vitest'
import { https } from './fleet.ts'
import { describeOnBothHosts, type HostKind } from './hosts.ts'
import { alice, callback, startWithScript } from './sign-in/sign-in-fleet.ts'

/** How the platform of each host says who the client is. */
function from(address: string, kind: HostKind): Record<string, string> {
  return {
    ...https,
    ...(kind.name === 'node'
      ? { 'x-forwarded-for': `203.0.113.9, ${address}` }
      : { 'cf-connecting-ip': address }),
  }
}

async function statuses(count: number, ask: () => Promise<Response>): Promise<number[]> {
  const answers: number[] = []
  for (let asked = 0; asked < count; asked += 25) {
    const batch = await Promise.all(Array.from({ length: 25 }, ask))
    answers.push(...batch.map(({ status }) => status))
  }
  return answers
}

describeOnBothHosts('a flood of sign-ins', (kind) => {
  it.each([
    ['on a tenant’s host', new URL(alice).host, '/auth/login'],
    ['on the callback host', new URL(callback).host, '/auth/callback?state=x&code=y'],
  ])(
    '%s ends in 429 for that client and nobody else, and says when to come back',
    async (_title, host, path) => {
      await using fleet = await startWithScript(kind)
      const ask = (address: string) => fleet.host.request(host, path, { headers: from(address, kind) })
      const answers = await statuses(325, () => ask('198.51.100.1'))
      expect(answers.slice(0, 300)).not.toContain(429)
      expect(answers.filter((status) => status === 429).length).toBeGreaterThan(0)
      const refused = await ask('198.51.100.1')
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
      expect((await ask('198.51.100.2')).status).not.toBe(429)
    },
  )

  it('does not stop the same client from looking at photos', async () => {
    await using fleet = await startWithScript(kind)
    const headers = from('198.51.100.1', kind)
    await statuses(325, () => fleet.host.request(new URL(alice).host, '/auth/login', { headers }))
    const page = await fleet.host.request(new URL(alice).host, '/', { headers })
    expect(page.status).toBe(200)
  })
})
