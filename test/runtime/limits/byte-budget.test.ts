import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createByteBudget } from '../../../src/runtime/limits/byte-budget.ts'

const options = { total: 100, patienceMs: 1000, busy: 'Busy.' }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a byte budget', () => {
  it('counts held bytes until they are freed', async () => {
    const budget = createByteBudget(options)
    const [a, b] = [budget.open('a', 40), budget.open('b', 40)]
    await a.take(20)
    await b.take(30)
    await a.take(10)
    expect([budget.takenBytes, a.bytes, b.bytes]).toEqual([60, 30, 30])
    a.end()
    a.end()
    expect(budget.takenBytes).toBe(30)
  })

  it('refuses work of an owner that could exceed half of the budget', () => {
    const budget = createByteBudget(options)
    const first = budget.open('a', 30)
    expect(() => budget.open('a', 21)).toThrow(expect.objectContaining({ code: 'busy', retryAfterMs: 5000 }))
    budget.open('a', 20)
    budget.open('b', 50)
    first.end()
    budget.open('a', 30)
  })

  it('makes work wait while others hold the budget, and tells the holders', async () => {
    const budget = createByteBudget(options)
    const [a, b, c] = [budget.open('a', 50), budget.open('b', 50), budget.open('c', 50)]
    await a.take(50)
    await b.take(45)
    let isIn = false
    const waiting = c.take(10).then(() => {
      isIn = true
    })
    await vi.advanceTimersByTimeAsync(500)
    expect([isIn, a.isWanted, b.isWanted]).toEqual([false, true, true])
    a.end()
    await vi.advanceTimersByTimeAsync(200)
    await waiting
    await vi.advanceTimersByTimeAsync(500)
    expect([b.isWanted, budget.takenBytes]).toEqual([false, 55])
  })

  it('counts bytes that are already in memory at once and makes others wait', async () => {
    const budget = createByteBudget(options)
    const [a, b] = [budget.open('a', 50), budget.open('b', 50)]
    await a.take(50)
    a.count(45)
    expect([a.bytes, budget.takenBytes]).toEqual([95, 95])
    const refused = expect(b.take(10)).rejects.toMatchObject({ code: 'busy' })
    await vi.advanceTimersByTimeAsync(1000)
    await refused
    a.end()
    await b.take(10)
  })

  it('throws busy after the timeout and keeps the held bytes', async () => {
    const budget = createByteBudget(options)
    await budget.open('a', 50).take(50)
    const portion = budget.open('b', 50)
    await portion.take(45)
    const refused = expect(portion.take(10)).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5000 })
    await vi.advanceTimersByTimeAsync(1000)
    await refused
    expect([portion.bytes, budget.takenBytes]).toEqual([45, 95])
  })

  it('frees bytes that a cancelled request of a Worker never frees', async () => {
    const budget = createByteBudget(options)
    await budget.open('a', 50).take(50)
    await budget.open('b', 50).take(50)
    await vi.advanceTimersByTimeAsync(16 * 60_000)
    await budget.open('a', 50).take(50)
    expect(budget.takenBytes).toBe(50)
  })
})
