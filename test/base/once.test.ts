import { describe, expect, it } from 'vitest'
import { once, onceLoaded } from '../../src/base/once.ts'

describe('once', () => {
  it('makes the value once, and again only after a failure', () => {
    let count = 0
    const value = once(() => {
      if (++count === 1) throw new Error('failed')
      return count
    })
    expect(value).toThrow('failed')
    expect([value(), value()]).toEqual([2, 2])
  })
})

describe('onceLoaded', () => {
  it('shares a single load between concurrent first calls', async () => {
    let count = 0
    const value = onceLoaded(async () => ++count)
    expect(await Promise.all([value(), value()])).toEqual([1, 1])
    expect(await value()).toBe(1)
  })

  it('rejects all waiting calls when the load fails, and loads again on the next call', async () => {
    let count = 0
    const value = onceLoaded(async () => {
      if (++count === 1) throw new Error('failed')
      return count
    })
    const outcomes = await Promise.allSettled([value(), value()])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await value()).toBe(2)
  })
})
