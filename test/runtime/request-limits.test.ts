import { describe, expect, it } from 'vitest'
import { isPublisherError } from '../../src/errors.ts'
import { problemResponse } from '../../src/handlers/problem.ts'
import { createMemoryKeyValueStore } from '../../src/providers/kv/memory.ts'
import { clientOfPeer } from '../../src/runtime/client-address.ts'
import { parseHost } from '../../src/runtime/host.ts'
import { createLogger } from '../../src/runtime/log.ts'
import type { KeyValueStore } from '../../src/runtime/ports/kv.ts'
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
function processWith(kv?: KeyValueStore, clock = { time: start }) {
  const lines: string[] = []
  const log = createLogger({ level: 'info', write: (line) => lines.push(line) })
  const limits = createRequestLimits({ ...(kv && { kv }), log, now: () => clock.time })
  return { limits, clock, lines }
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

  it('is one limit for all processes that share a store', async () => {
    const kv = createMemoryKeyValueStore({ now: () => start })
    const processes = [processWith(kv), processWith(kv), processWith(kv)]
    await times(100, async () => {
      for (const { limits } of processes) await limits.signIn(here)
    })
    for (const { limits } of processes) {
      await expect(limits.signIn(here)).rejects.toMatchObject({ ...tooMany, retryAfterMs: 1000 })
      await limits.signIn(there)
    }
  })

  it('holds in each process for itself where the store fails, loses or falsifies', async () => {
    const stores: KeyValueStore[] = [
      { get: refusing, put: refusing, delete: refusing },
      { get: async () => null, put: async () => {}, delete: async () => {} },
      { get: async () => 'nonsense', put: async () => {}, delete: async () => {} },
      { get: async () => '{"debtMs":-1e300,"at":0}', put: async () => {}, delete: async () => {} },
    ]
    for (const kv of stores) {
      const { limits } = processWith(kv)
      await times(300, () => limits.signIn(here))
      await expect(limits.signIn(here)).rejects.toMatchObject(tooMany)
    }
  })

  it('locks nobody out for longer than its window, whatever the store holds', async () => {
    const get = async () => '{"debtMs":1e300,"at":1e300}'
    const { limits } = processWith({ get, put: refusing, delete: refusing })
    await expect(limits.signIn(here)).rejects.toMatchObject({ ...tooMany, retryAfterMs: 1000 })
  })

  it('bears clocks that are a minute apart', async () => {
    const kvClock = { time: start }
    const kv = createMemoryKeyValueStore({ now: () => kvClock.time })
    const clocks = [{ time: start - 60_000 }, { time: start }, { time: start + 60_000 }]
    const processes = clocks.map((clock) => processWith(kv, clock))
    // Five in a second are the rate of mutations, so nobody may be refused, however long it goes on.
    for (let turn = 0; turn < 3000; turn++) {
      await processes[turn % 3]?.limits.mutation(tenantNamed('alice'))
      for (const clock of [kvClock, ...clocks]) clock.time += 200
    }
  })

  it('asks the store to forget a debt when it is paid', async () => {
    const lives: number[] = []
    const kv = createMemoryKeyValueStore()
    const put: KeyValueStore['put'] = async (_key, _value, { ttlSeconds }) => void lives.push(ttlSeconds)
    const { limits } = processWith({ ...kv, put })
    await times(3, () => limits.signIn(here))
    await limits.mutation(tenantNamed('alice'))
    expect(lives).toEqual([1, 2, 3, 1])
  })

  it('says in the log that the store fails', async () => {
    const { limits, lines } = processWith({ get: refusing, put: refusing, delete: refusing })
    await limits.signIn(here)
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('shared store failed')
  })

  it('counts requests that come at once', async () => {
    const { limits } = processWith(createMemoryKeyValueStore({ now: () => start }))
    const results = await Promise.allSettled(Array.from({ length: 400 }, () => limits.signIn(here)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(300)
  })

  it('keeps the counts of sign-in and of mutations apart in the store', async () => {
    const written = new Set<string>()
    const kv = createMemoryKeyValueStore()
    const { limits } = processWith({ ...kv, put: async (key) => void written.add(key) })
    await limits.signIn(here)
    await limits.mutation(tenantNamed('alice'))
    expect([...written]).toEqual(['rate:sign-in:192.0.2.1', 'rate:mutation:alice'])
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

  it('writes nothing to the shared store', () => {
    const { limits } = processWith({ get: refusing, put: refusing, delete: refusing })
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

async function refusing(): Promise<never> {
  throw new Error('the store is down')
}
