import { describe, expect, it } from 'vitest'
import { isPublisherError } from '../../src/errors.ts'
import { problemResponse } from '../../src/handlers/problem.ts'
import { clientOfPeer } from '../../src/runtime/client-address.ts'
import { parseHost } from '../../src/runtime/host.ts'
import type { RateCounter } from '../../src/runtime/ports/rate-counter.ts'
import { createRateLimiter } from '../../src/runtime/rate-limit.ts'
import { createRequestLimits } from '../../src/runtime/request-limits.ts'

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

/** One process, at a clock that stands still until it is moved. */
function processWith(counter?: RateCounter, clock = { time: start }) {
  const limits = createRequestLimits({ counter, now: () => clock.time })
  return { limits, clock }
}

/** Counts for all processes of a test, by a clock of its own. */
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

describe('the limit of sign-in', () => {
  it('refuses a client after 300 requests in 5 minutes, and no other client', async () => {
    const { limits, clock } = processWith()
    await times(300, () => limits.signIn(here))
    await expect(limits.signIn(here)).rejects.toMatchObject({ ...tooMany, retryAfterMs: 1000 })
    await limits.signIn(there)
    clock.time += 1000
    await limits.signIn(here)
    await expect(limits.signIn(here)).rejects.toMatchObject(tooMany)
  })

  it('becomes 429 with the whole seconds to wait', async () => {
    const { limits, clock } = processWith()
    await times(300, () => limits.signIn(here))
    clock.time += 1
    const error: unknown = await limits.signIn(here).catch((thrown: unknown) => thrown)
    if (!isPublisherError(error)) throw new Error('not refused')
    const response = await problemResponse(error, new Request('https://a.shibari.photo/auth/login'), 'id')
    expect(response.status).toBe(429)
    // 999 ms: less would be too early.
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'rate_limited', title: 'Too many requests' })
  })

  it('is one limit for all processes that share a counter', async () => {
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

  it('holds in each process for itself where the counter is away', async () => {
    const { limits } = processWith({ take: async () => null })
    await times(300, () => limits.signIn(here))
    await expect(limits.signIn(here)).rejects.toMatchObject(tooMany)
  })

  it('holds in each process for itself where the counter has forgotten', async () => {
    const { limits } = processWith({ take: async () => ({ allowed: true, remaining: 299 }) })
    await times(300, () => limits.signIn(here))
    await expect(limits.signIn(here)).rejects.toMatchObject(tooMany)
  })

  it('asks the counter no more about who is refused', async () => {
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

  it('bears clocks that are a minute apart', async () => {
    const counterClock = { time: start }
    const counter = sharedCounter(() => counterClock.time)
    const clocks = [{ time: start - 60_000 }, { time: start }, { time: start + 60_000 }]
    const processes = clocks.map((clock) => processWith(counter, clock))
    // Five in a second are the rate of mutations, so nobody may be refused, however long it goes on.
    for (let turn = 0; turn < 3000; turn++) {
      await processes[turn % 3]?.limits.mutation(tenantNamed('alice'))
      for (const clock of [counterClock, ...clocks]) clock.time += 200
    }
  })

  it('counts requests that come at once', async () => {
    const { limits } = processWith(sharedCounter(() => start))
    const results = await Promise.allSettled(Array.from({ length: 400 }, () => limits.signIn(here)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(300)
  })

  it('keeps the counts of sign-in and of mutations apart', async () => {
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

describe('the limit of mutations', () => {
  it('refuses a tenant after 300 in a minute, and no other tenant', async () => {
    const { limits } = processWith()
    await times(300, () => limits.mutation(tenantNamed('alice')))
    await expect(limits.mutation(tenantNamed('alice'))).rejects.toMatchObject({
      ...tooMany,
      retryAfterMs: 200,
    })
    await limits.mutation(tenantNamed('bob'))
  })
})

describe('the limit of unknown hosts', () => {
  it('refuses a client who invents more than 12,000 in a minute, and no other client', () => {
    const { limits } = processWith()
    for (let count = 0; count < 12_000; count++) limits.unknownHost(here)
    expect(() => limits.unknownHost(here)).toThrow(expect.objectContaining({ ...tooMany, retryAfterMs: 5 }))
    limits.unknownHost(there)
  })

  it('counts questions before they are answered, so that asking many at once gains nothing', () => {
    const { limits } = processWith()
    const pending = Array.from({ length: 12_000 }, () => limits.unknownHost(here))
    expect(() => limits.unknownHost(here)).toThrow(expect.objectContaining(tooMany))
    pending[0]?.()
    limits.unknownHost(here)
  })

  it('does not count hosts that are a tenant’s, and takes each back once', () => {
    const { limits } = processWith()
    for (let count = 0; count < 20_000; count++) limits.unknownHost(here)()
    for (let count = 0; count < 11_999; count++) limits.unknownHost(here)
    const known = limits.unknownHost(here)
    known()
    known()
    limits.unknownHost(here)
    expect(() => limits.unknownHost(here)).toThrow(expect.objectContaining(tooMany))
  })

  it('asks no shared counter', () => {
    const { limits } = processWith({ take: () => Promise.reject(new Error('not to be asked')) })
    expect(() => limits.unknownHost(here)).not.toThrow()
  })

  it('is not escaped by the many addresses of one IPv6 network', () => {
    const { limits } = processWith()
    for (let count = 0; count < 12_000; count++)
      limits.unknownHost(clientAt(`2001:db8:1:2::${count.toString(16)}`))
    expect(() => limits.unknownHost(clientAt('2001:db8:1:2:ffff:ffff:ffff:ffff'))).toThrow(
      expect.objectContaining(tooMany),
    )
    limits.unknownHost(clientAt('2001:db8:1:3::1'))
  })
})
