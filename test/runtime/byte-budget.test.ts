import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createByteBudget } from '../../src/runtime/byte-budget.ts'

const options = { total: 100, patienceMs: 1000, busy: 'Busy.' }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a budget of bytes', () => {
  it('counts what is held, until it is given back', async () => {
    const budget = createByteBudget(options)
    const [a, b] = [budget.open('a'), budget.open('b')]
    await a.take(20)
    await b.take(30)
    await a.take(10)
    expect([budget.takenBytes, a.bytes, b.bytes]).toEqual([60, 30, 30])
    a.end()
    a.end()
    expect([budget.takenBytes, a.bytes]).toEqual([30, 0])
  })

  it.each([
    ['all is held by others', ['a', 'b'], 'c'],
    ['the owner would hold more than half', ['a'], 'a'],
  ])('lets wait where %s, and says so to those who are in the way', async (_title, holders, late) => {
    const budget = createByteBudget(options)
    const held = holders.map((owner) => budget.open(owner))
    for (const portion of held) await portion.take(50)
    const other = budget.open('d')
    let isIn = false
    const waiting = budget
      .open(late)
      .take(10)
      .then(() => {
        isIn = true
      })
    await vi.advanceTimersByTimeAsync(500)
    expect(held.map(({ isWanted }) => isWanted)).toEqual(held.map(() => true))
    expect([isIn, other.isWanted]).toEqual([false, false])
    held[0]?.end()
    await vi.advanceTimersByTimeAsync(200)
    await waiting
    await vi.advanceTimersByTimeAsync(500)
    expect(held.map(({ isWanted }) => isWanted)).toEqual(held.map(() => false))
  })

  it('says busy once the patience is over, and keeps what was held', async () => {
    const budget = createByteBudget(options)
    await budget.open('a').take(50)
    const portion = budget.open('b')
    await portion.take(45)
    const refused = expect(portion.take(10)).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5000 })
    await vi.advanceTimersByTimeAsync(1000)
    await refused
    expect([portion.bytes, budget.takenBytes]).toEqual([45, 95])
  })

  it('gets back what a cancelled request of a Worker can never give back', async () => {
    const budget = createByteBudget(options)
    await budget.open('a').take(50)
    await budget.open('b').take(50)
    await vi.advanceTimersByTimeAsync(16 * 60_000)
    const portion = budget.open('c')
    await portion.take(50)
    expect(budget.takenBytes).toBe(50)
  })
})
