import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pause, settlesWithin, unlessAborted, within } from '../../src/base/time.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const reason = new Error('aborted')
const overdue = () => new Error('overdue')

/** Collects the outcome of a promise. */
function outcomeOf(work: Promise<unknown>) {
  const outcomes: unknown[] = []
  work.then(
    (value) => outcomes.push(value),
    (error: unknown) => outcomes.push(error),
  )
  return outcomes
}

describe('pause', () => {
  it('resolves a pause exactly when its time is over', async () => {
    const outcomes = outcomeOf(pause(100).then(() => 'over'))
    await vi.advanceTimersByTimeAsync(99)
    expect(outcomes).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(outcomes).toEqual(['over'])
  })

  it('rejects a pause with the reason of its signal and clears the timer', async () => {
    const controller = new AbortController()
    const outcomes = outcomeOf(pause(100, controller.signal))
    controller.abort(reason)
    await vi.advanceTimersByTimeAsync(0)
    expect(outcomes).toEqual([reason])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('starts no timer for a pause whose signal has already fired', async () => {
    await expect(pause(100, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('removes the signal listener when a pause ends', async () => {
    const { signal } = new AbortController()
    const stopped = vi.spyOn(signal, 'removeEventListener')
    const paused = pause(100, signal)
    await vi.advanceTimersByTimeAsync(100)
    await paused
    expect(stopped).toHaveBeenCalledOnce()
  })
})

describe('within', () => {
  it('resolves with the result of work that finishes in time and clears the timer', async () => {
    await expect(within(Promise.resolve('result'), 100, overdue)).resolves.toBe('result')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects with the error of work that fails in time', async () => {
    await expect(within(Promise.reject(reason), 100, overdue)).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects with the overdue error after the timeout and passes a late result to onLate', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const late: string[] = []
    const outcomes = outcomeOf(within(promise, 100, overdue, (result) => late.push(result)))
    await vi.advanceTimersByTimeAsync(100)
    expect(outcomes).toEqual([overdue()])
    resolve('late')
    await vi.advanceTimersByTimeAsync(0)
    expect(late).toEqual(['late'])
  })

  it('ignores a failure after the timeout', async () => {
    const { promise, reject } = Promise.withResolvers<string>()
    const outcomes = outcomeOf(within(promise, 100, overdue))
    await vi.advanceTimersByTimeAsync(100)
    reject(reason)
    await vi.advanceTimersByTimeAsync(0)
    expect(outcomes).toEqual([overdue()])
  })
})

describe('settlesWithin', () => {
  it('returns true for work that fulfils or rejects in time', async () => {
    expect(await settlesWithin(Promise.resolve(), 100)).toBe(true)
    expect(await settlesWithin(Promise.reject(reason), 100)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('returns false for work that never settles', async () => {
    const outcomes = outcomeOf(settlesWithin(new Promise(() => undefined), 100))
    await vi.advanceTimersByTimeAsync(99)
    expect(outcomes).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(outcomes).toEqual([false])
  })
})

describe('unlessAborted', () => {
  it('settles as the work does when the signal does not fire', async () => {
    const { signal } = new AbortController()
    const stopped = vi.spyOn(signal, 'removeEventListener')
    await expect(unlessAborted(Promise.resolve('result'), signal)).resolves.toBe('result')
    await expect(unlessAborted(Promise.reject(reason), signal)).rejects.toBe(reason)
    await vi.advanceTimersByTimeAsync(0)
    expect(stopped).toHaveBeenCalledTimes(2)
  })

  it('rejects when the signal fires first', async () => {
    const controller = new AbortController()
    const outcomes = outcomeOf(unlessAborted(new Promise(() => undefined), controller.signal))
    controller.abort(reason)
    await vi.advanceTimersByTimeAsync(0)
    expect(outcomes).toEqual([reason])
  })

  it('handles the failure of work whose signal has already fired', async () => {
    await expect(unlessAborted(Promise.reject(new Error('work')), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    )
  })
})
