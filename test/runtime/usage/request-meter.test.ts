import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHost, type Tenant } from '../../../src/contract/host.ts'
import type { UsageEvent } from '../../../src/ports/config-source.ts'
import { createRequestMeter } from '../../../src/runtime/usage/request-meter.ts'

function tenantOf(name: string): Tenant {
  const known = parseHost(`${name}.shibari.test`, 'shibari.test', [])
  if (!known) throw new Error('no tenant')
  return known.tenant
}

const [alice, bob] = [tenantOf('alice'), tenantOf('bob')]

function open({ isTimed = true } = {}) {
  const reports: UsageEvent[] = []
  const lost: Tenant[] = []
  const planned: { work: () => void; ms: number }[] = []
  const state: { answer: (event: UsageEvent) => Promise<void> } = { answer: async () => undefined }
  const meter = createRequestMeter({
    async report(event) {
      reports.push(event)
      await state.answer(event)
    },
    onLost: (tenant) => void lost.push(tenant),
    runLater: isTimed ? (work, ms) => void planned.push({ work, ms }) : undefined,
    now: () => Date.UTC(2026, 10, 30),
  })
  const count = (tenant: Tenant, times: number) => {
    for (let time = 0; time < times; time++) meter.count(tenant)
  }
  const billed = () => reports.map(({ tenant, quantity }) => [tenant, quantity])
  /** Runs the planned work and lets it finish. */
  const elapse = async () => {
    for (const { work } of planned.splice(0)) work()
    await settle()
  }
  return { meter, reports, lost, planned, state, count, billed, elapse }
}

/** Lets all promises settle that need no timer. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('the meter of storage requests', () => {
  it('reports the requests of each tenant once a minute', async () => {
    const { reports, planned, count, billed, elapse } = open()
    count(alice, 3)
    count(bob, 2)
    expect([reports, planned.map(({ ms }) => ms)]).toEqual([[], [60_000]])
    await elapse()
    expect(billed().toSorted()).toEqual([
      ['alice', 3],
      ['bob', 2],
    ])
    expect(reports[0]).toMatchObject({
      metric: 'storage_ops_requests',
      occurredAt: new Date('2026-11-30T00:00:00Z'),
      idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(new Set(reports.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
    expect(planned).toEqual([])
  })

  it('reports at once what reaches 500 requests', async () => {
    const { count, billed } = open()
    count(alice, 499)
    await settle()
    expect(billed()).toEqual([])
    count(alice, 1)
    await settle()
    expect(billed()).toEqual([['alice', 500]])
  })

  it('runs one series of reports at a time and counts during it', async () => {
    const { meter, state, planned, count, billed, elapse } = open()
    const gate = Promise.withResolvers<void>()
    state.answer = () => gate.promise
    count(alice, 500)
    count(alice, 700)
    await settle()
    expect(billed()).toEqual([['alice', 500]])
    gate.resolve()
    await settle()
    expect(planned).toHaveLength(1)
    await elapse()
    expect(billed()).toEqual([
      ['alice', 500],
      ['alice', 700],
    ])
    await meter.flush()
    expect(billed()).toHaveLength(2)
  })

  it('reports the rest at the end of the process and waits for running reports', async () => {
    const { meter, state, count, billed } = open()
    const gate = Promise.withResolvers<void>()
    state.answer = () => gate.promise
    count(alice, 500)
    count(bob, 1)
    const flushed = meter.flush()
    gate.resolve()
    await flushed
    expect(billed().toSorted()).toEqual([
      ['alice', 500],
      ['bob', 1],
    ])
  })

  it('never repeats a failed report, and keeps the counts of other tenants', async () => {
    const tenants = Array.from({ length: 20 }, (_, index) => tenantOf(`tenant${index}`))
    const { meter, state, lost, count, reports, elapse, planned } = open()
    state.answer = () => Promise.reject(new Error('down'))
    for (const tenant of tenants) count(tenant, 1)
    await elapse()
    expect(lost).toHaveLength(4)
    expect(planned).toHaveLength(1)
    state.answer = async () => undefined
    await meter.flush()
    expect(reports).toHaveLength(20)
    expect(new Set(reports.map(({ tenant }) => tenant)).size).toBe(20)
  })

  it('waits for the next minute after a failed report, however many requests follow', async () => {
    const { state, count, billed, elapse } = open()
    state.answer = () => Promise.reject(new Error('down'))
    count(alice, 500)
    await settle()
    count(alice, 2000)
    await settle()
    expect(billed()).toEqual([['alice', 500]])
    state.answer = async () => undefined
    await elapse()
    expect(billed()).toEqual([
      ['alice', 500],
      ['alice', 2000],
    ])
  })

  it('plans nothing where a host has no timers, and reports when asked', async () => {
    const { meter, count, billed } = open({ isTimed: false })
    count(alice, 1200)
    await settle()
    expect(billed()).toEqual([])
    await Promise.all([meter.flush(), meter.flush()])
    expect(billed()).toEqual([['alice', 1200]])
  })

  it('bills each request exactly once in any order of counts, minutes and ends', async () => {
    const step = fc.oneof(
      fc.record({ tenant: fc.constantFrom(alice, bob), times: fc.integer({ min: 1, max: 1200 }) }),
      fc.constantFrom('minute' as const, 'flush' as const),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const { meter, count, elapse, reports } = open()
        const expected = new Map<Tenant, number>()
        for (const each of steps) {
          if (each === 'minute') await elapse()
          else if (each === 'flush') await meter.flush()
          else {
            count(each.tenant, each.times)
            expected.set(each.tenant, (expected.get(each.tenant) ?? 0) + each.times)
          }
        }
        await meter.flush()
        const sums = new Map<Tenant, number>()
        for (const { tenant, quantity } of reports) sums.set(tenant, (sums.get(tenant) ?? 0) + quantity)
        expect(sums).toEqual(expected)
        expect(reports.every(({ quantity }) => quantity > 0)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})
