import { describe, expect, it } from 'vitest'
import { isPublisherError } from '../../../src/base/errors.ts'
import { parseHost } from '../../../src/contract/host.ts'
import { problemResponse } from '../../../src/handlers/problem.ts'
import type { RateCounter } from '../../../src/ports/rate-counter.ts'
import { clientOfPeer } from '../../../src/runtime/limits/client-address.ts'
import { createRateLimiter } from '../../../src/runtime/limits/rate-limit.ts'
import { createRequestLimits } from '../../../src/runtime/limits/request-limits.ts'

const start = Date.parse('2026-11-01T12:00:00Z')
const tooMany = { code: 'rate_limited' }

const clientAt = (address: string) => clientOfPeer(() => undefined, address)
const here = clientAt('192.0.2.1')
const there = clientAt('192.0.2.2')

function tenantNamed(name: string) {
  const parsed = parseHost(`${name}.shibari.photo`, 'shibari.photo')
  if (!parsed) throw new Error('no tenant')
  return parsed.tenant
}

/** Creates the limits of one process, with a clock that stands still until a test moves it. */
function processWith(counter?: RateCounter, clock = { time: start }) {
  const limits = createRequestLimits({ counter, now: () => clock.time })
  return { limits, clock }
}

/** Creates a counter for all processes of a test, with its own clock. */
function sharedCounter(now: () => number): RateCounter {
  const limiters = new Map<string, ReturnType<typeof createRateLimiter>>()
  return {
    async take(key, rate) {
      const limiter = limiters.get(key) ?? createRateLimiter({ ...rate, maxKeys: 1, now })
      limiters.set(key, limiter)
      return limiter.take('')
    },
  }
}

async function times(count: number, action: () => unknown): Promise<void> {
  for (let turn = 0; turn < count; turn++) await action()
}

describe('the sign-in limit', () => {
  it('refuses a client after 300 sign-in requests in 5 minutes, and no other client', async () => {
    const { limits, clock } = processWith()
    await times(300, () => limits.signIn(here))
    await expect(limits.signIn(here)).rejects.toMatchObject({ ...tooMany, retryAfterMs: 1000 })
    await limits.signIn(there)
    clock.time += 1000
    await limits.signIn(here)
    await expect(limits.signIn(here)).rejects.toMatchObject(tooMany)
  })

  it('answers 429 with the wait in whole seconds when sign-in is refused', async () => {
    const { limits, clock } = processWith()
    await times(300, () => limits.signIn(here))
    clock.time += 1
    const error: unknown = await limits.signIn(here).catch((thrown: unknown) => thrown)
    if (!isPublisherError(error)) throw new Error('not refused')
    const response = await problemResponse(error, new Request('https://a.shibari.photo/auth/login'), 'id')
    expect(response.status).toBe(429)
    // 999 ms are left, and a shorter wait would be too early.
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'rate_limited', title: 'Too many requests' })
  })

  it('enforces one sign-in limit across all processes that share a counter', async () => {
    const counter = sharedCounter(() => start)
    const processes = [processWith(counter), processWith(counter), processWith(counter)]
    await times(100, async () => {
      for (const { limits } of processes) await limits.signIn(here)
    })
    for (const { limits } of processes) {
      await expect(limits.signIn(here)).rejects.toMatchObject({ ...tooMany, retryAfterMs: 1000 })
      await limits.signIn(there)
    }
  })

  it('enforces the sign-in limit per process when the counter is unavailable', async () => {
    const { limits } = processWith({ take: async () => null })
    await times(300, () => limits.signIn(here))
    await expect(limits.signIn(here)).rejects.toMatchObject(tooMany)
  })

  it('enforces the sign-in limit per process when the counter has lost its counts', async () => {
    const { limits } = processWith({ take: async () => ({ allowed: true, remaining: 299 }) })
    await times(300, () => limits.signIn(here))
    await expect(limits.signIn(here)).rejects.toMatchObject(tooMany)
  })

  it('does not ask the counter again about a refused client', async () => {
    const asked: string[] = []
    const { limits, clock } = processWith({
      async take(key) {
        asked.push(key)
        return { allowed: false, retryAfterMs: 700 }
      },
    })
    await times(50, () =>
      expect(limits.signIn(here)).rejects.toMatchObject({ ...tooMany, retryAfterMs: 700 }),
    )
    expect(asked).toHaveLength(1)
    clock.time += 700
    await expect(limits.signIn(here)).rejects.toMatchObject(tooMany)
    expect(asked).toHaveLength(2)
  })

  it('refuses no request within the limit when the clocks of processes are a minute apart', async () => {
    const counterClock = { time: start }
    const counter = sharedCounter(() => counterClock.time)
    const clocks = [{ time: start - 60_000 }, { time: start }, { time: start + 60_000 }]
    const processes = clocks.map((clock) => processWith(counter, clock))
    // Five requests per second are the permitted rate of mutations, so no request may be refused.
    for (let turn = 0; turn < 3000; turn++) {
      await processes[turn % 3]?.limits.mutation(tenantNamed('alice'))
      for (const clock of [counterClock, ...clocks]) clock.time += 200
    }
  })

  it('counts concurrent sign-in requests', async () => {
    const { limits } = processWith(sharedCounter(() => start))
    const results = await Promise.allSettled(Array.from({ length: 400 }, () => limits.signIn(here)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(300)
  })

  it('counts sign-ins and mutations under different keys', async () => {
    const counted: string[] = []
    const { limits } = processWith({
      async take(key) {
        counted.push(key)
        return null
      },
    })
    await limits.signIn(here)
    await limits.mutation(tenantNamed('alice'))
    expect(counted).toEqual(['rate:sign-in:192.0.2.1', 'rate:mutation:alice'])
  })
})

describe('the mutation limit', () => {
  it('refuses a tenant after 300 mutations in a minute, and no other tenant', async () => {
    const { limits } = processWith()
    await times(300, () => limits.mutation(tenantNamed('alice')))
    await expect(limits.mutation(tenantNamed('alice'))).rejects.toMatchObject({
      ...tooMany,
      retryAfterMs: 200,
    })
    await limits.mutation(tenantNamed('bob'))
  })
})

describe('the limit on unknown hosts of all clients together', () => {
  const outOfRoom = { code: 'config_unavailable', retryAfterMs: expect.any(Number) }
  /** Looks up `count` unknown hosts, from clients that look up `each` hosts. Returns the number of admitted lookups. */
  async function flood(limits: ReturnType<typeof processWith>['limits'], count: number, each = 500) {
    let admitted = 0
    for (let turn = 0; turn < count; turn++) {
      const client = clientAt(`198.51.${Math.floor(turn / each / 250)}.${Math.floor(turn / each) % 250}`)
      limits.unknownHost(client)
      if (await limits.allUnknownHosts(client).then(Boolean, () => false)) admitted++
    }
    return admitted
  }

  it('admits at most 3,000 lookups of unknown hosts in a minute for any number of clients', async () => {
    expect(await flood(processWith().limits, 10_000)).toBeLessThan(3000)
    expect(await flood(processWith().limits, 10_000, 1)).toBe(3000)
  })

  it('refuses a lookup of an unknown host with a Retry-After', async () => {
    const { limits, clock } = processWith()
    await flood(limits, 5000)
    await times(6, () => limits.unknownHost(here))
    await expect(limits.allUnknownHosts(here)).rejects.toMatchObject({ ...outOfRoom, retryAfterMs: 30 })
    clock.time += 30
    await limits.allUnknownHosts(here)
  })

  it('reserves a third of the lookups for clients with few unknown hosts', async () => {
    const { limits } = processWith()
    await flood(limits, 5000)
    limits.unknownHost(here)
    await limits.allUnknownHosts(here)
    await times(5, () => limits.unknownHost(here))
    await expect(limits.allUnknownHosts(here)).rejects.toMatchObject(outOfRoom)
  })

  it('refunds a lookup of a tenant’s host only once', async () => {
    const { limits } = processWith()
    const client = clientAt('192.0.2.77')
    await times(6, () => limits.unknownHost(client))
    await times(1999, () => limits.allUnknownHosts(client))
    const giveBack = await limits.allUnknownHosts(client)
    await expect(limits.allUnknownHosts(client)).rejects.toMatchObject(outOfRoom)
    giveBack()
    giveBack()
    await limits.allUnknownHosts(client)
    await expect(limits.allUnknownHosts(client)).rejects.toMatchObject(outOfRoom)
  })

  it('enforces one limit on unknown hosts across processes, with one counter key per lane', async () => {
    const counter = sharedCounter(() => start)
    const keys = new Set<string>()
    const watched: RateCounter = {
      take(key, rate, count) {
        keys.add(key)
        return counter.take(key, rate, count)
      },
    }
    const admitted = [
      await flood(processWith(watched).limits, 2500, 1),
      await flood(processWith(watched).limits, 2500, 1),
    ]
    expect(admitted[0]).toBe(2500)
    expect(admitted[1]).toBe(500)
    expect([...keys]).toEqual(['rate:unknown-hosts:all', 'rate:unknown-hosts-reserve:all'])
  })
})

describe('the viewer limit', () => {
  const limited = { ...tooMany, allowance: expect.objectContaining({ limit: 3000, remaining: 0 }) }

  it('refuses a client at one tenant after 3,000 requests in 5 minutes, and no other client or tenant', async () => {
    const { limits, clock } = processWith()
    const [alice, bob] = [tenantNamed('alice'), tenantNamed('bob')]
    expect(limits.viewer(here, alice)).toEqual({
      limit: 3000,
      windowSeconds: 300,
      remaining: 2999,
      resetSeconds: 1,
    })
    await times(2999, () => limits.viewer(here, alice))
    expect(() => limits.viewer(here, alice)).toThrow(
      expect.objectContaining({ ...limited, retryAfterMs: 10_000 }),
    )
    expect(limits.viewer(here, bob)?.remaining).toBe(2999)
    expect(limits.viewer(there, alice)?.remaining).toBe(2999)
    clock.time += 100
    expect(limits.viewer(here, alice)).toMatchObject({ remaining: 0, resetSeconds: 300 })
  })

  it('counts viewers without the shared counter', () => {
    const { limits } = processWith({ take: () => Promise.reject(new Error('not to be asked')) })
    expect(limits.viewer(here, tenantNamed('alice'))).not.toBeNull()
  })

  it('does not limit viewers when the limit is 0', async () => {
    const limits = createRequestLimits({ viewerRequests: 0, now: () => start })
    await times(5000, () => expect(limits.viewer(here, tenantNamed('alice'))).toBeNull())
  })
})

describe('the limit on unknown hosts of one client', () => {
  it('refuses a client after 1,500 unknown hosts in a minute, and no other client', () => {
    const { limits } = processWith()
    for (let count = 0; count < 1500; count++) limits.unknownHost(here)
    expect(() => limits.unknownHost(here)).toThrow(expect.objectContaining({ ...tooMany, retryAfterMs: 40 }))
    limits.unknownHost(there)
  })

  it('counts concurrent lookups of unknown hosts before their answers arrive', () => {
    const { limits } = processWith()
    const pending = Array.from({ length: 1500 }, () => limits.unknownHost(here))
    expect(() => limits.unknownHost(here)).toThrow(expect.objectContaining(tooMany))
    pending[0]?.()
    limits.unknownHost(here)
  })

  it('refunds each lookup of a tenant’s host once', () => {
    const { limits } = processWith()
    for (let count = 0; count < 1000; count++) limits.unknownHost(here)()
    for (let count = 0; count < 1499; count++) limits.unknownHost(here)
    const known = limits.unknownHost(here)
    known()
    known()
    limits.unknownHost(here)
    expect(() => limits.unknownHost(here)).toThrow(expect.objectContaining(tooMany))
  })

  it('counts unknown hosts without the shared counter', () => {
    const { limits } = processWith({ take: () => Promise.reject(new Error('not to be asked')) })
    expect(() => limits.unknownHost(here)).not.toThrow()
  })

  it('counts all addresses of an IPv6 /64 as one client', () => {
    const { limits } = processWith()
    for (let count = 0; count < 1500; count++)
      limits.unknownHost(clientAt(`2001:db8:1:2::${count.toString(16)}`))
    expect(() => limits.unknownHost(clientAt('2001:db8:1:2:ffff:ffff:ffff:ffff'))).toThrow(
      expect.objectContaining(tooMany),
    )
    limits.unknownHost(clientAt('2001:db8:1:3::1'))
  })
})
