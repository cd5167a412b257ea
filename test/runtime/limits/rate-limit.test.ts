import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateLimiter } from '../../../src/runtime/limits/rate-limit.ts'

const start = Date.parse('2026-11-01T12:00:00Z')

/** Creates a clock that stands still until a test moves it. */
function clockAt(time = start) {
  const clock = { time, now: () => clock.time }
  return clock
}

describe('a rate limiter', () => {
  it('allows a burst of the whole limit and reports how many calls are left', () => {
    const { now } = clockAt()
    const limiter = createRateLimiter({ limit: 3, windowSeconds: 60, now })
    expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([
      { allowed: true, remaining: 2 },
      { allowed: true, remaining: 1 },
      { allowed: true, remaining: 0 },
      { allowed: false, retryAfterMs: 20_000 },
    ])
  })

  it('allows the next call exactly at its retry time and not a millisecond earlier', () => {
    const clock = clockAt()
    const limiter = createRateLimiter({ limit: 3, windowSeconds: 60, now: clock.now })
    for (let count = 0; count < 3; count++) limiter.take('a')
    clock.time += 7000
    expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 13_000 })
    clock.time += 12_999
    expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 1 })
    clock.time += 1
    expect(limiter.take('a')).toEqual({ allowed: true, remaining: 0 })
    expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 20_000 })
  })

  it('counts several calls together or none of them, and never more than the limit', () => {
    const clock = clockAt()
    const limiter = createRateLimiter({ limit: 3, windowSeconds: 60, now: clock.now })
    expect(limiter.take('a', 2)).toEqual({ allowed: true, remaining: 1 })
    expect(limiter.take('a', 2)).toEqual({ allowed: false, retryAfterMs: 20_000 })
    expect(limiter.take('a', 1)).toEqual({ allowed: true, remaining: 0 })
    limiter.giveBack('a', 2)
    expect(limiter.take('a', 2)).toEqual({ allowed: true, remaining: 0 })
    clock.time += 60_000
    expect(limiter.take('a', 9)).toEqual({ allowed: true, remaining: 0 })
  })

  it('allows the next call exactly at its retry time for every limit and window', () => {
    const options = {
      limit: fc.integer({ min: 1, max: 1000 }),
      windowSeconds: fc.integer({ min: 1, max: 3600 }),
    }
    fc.assert(
      fc.property(fc.record(options), (policy) => {
        const clock = clockAt()
        const limiter = createRateLimiter({ ...policy, now: clock.now })
        for (let left = policy.limit - 1; left >= 0; left--) {
          expect(limiter.take('a')).toEqual({ allowed: true, remaining: left })
        }
        const refused = limiter.take('a')
        if (refused.allowed) throw new Error('one too many')
        clock.time += refused.retryAfterMs - 1
        expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 1 })
        clock.time += 1
        expect(limiter.take('a')).toEqual({ allowed: true, remaining: 0 })
      }),
    )
  })

  it('never allows more than the limit plus the refill for any spread of requests', () => {
    const waits = fc.array(fc.nat(3000), { minLength: 50, maxLength: 300 })
    fc.assert(
      fc.property(waits, (pauses) => {
        const clock = clockAt()
        const limiter = createRateLimiter({ limit: 5, windowSeconds: 10, now: clock.now })
        let allowed = 0
        for (const pause of pauses) {
          clock.time += pause
          if (limiter.take('a').allowed) allowed += 1
        }
        expect(allowed).toBeLessThanOrEqual(5 + Math.floor((clock.time - start) / 2000))
      }),
    )
  })

  it('does not lengthen the wait of a client that keeps asking', () => {
    const clock = clockAt()
    const limiter = createRateLimiter({ limit: 1, windowSeconds: 10, now: clock.now })
    limiter.take('a')
    for (let count = 0; count < 99; count++) {
      clock.time += 100
      expect(limiter.take('a').allowed).toBe(false)
    }
    clock.time += 100
    expect(limiter.take('a').allowed).toBe(true)
  })

  it('restores the full allowance after an idle window', () => {
    const clock = clockAt()
    const limiter = createRateLimiter({ limit: 4, windowSeconds: 60, now: clock.now })
    for (let count = 0; count < 9; count++) limiter.take('a')
    clock.time += 60_000
    expect(limiter.take('a')).toEqual({ allowed: true, remaining: 3 })
  })

  it('keeps the allowance of a key when another key asks without pause', () => {
    const { now } = clockAt()
    const limiter = createRateLimiter({ limit: 2, windowSeconds: 60, now })
    for (let count = 0; count < 10_000; count++) limiter.take('greedy')
    expect(limiter.take('modest')).toEqual({ allowed: true, remaining: 1 })
  })

  it('evicts the least recently used keys and keeps a key that is refused again and again', () => {
    const { now } = clockAt()
    const limiter = createRateLimiter({ limit: 1, windowSeconds: 60, maxKeys: 100, now })
    limiter.take('attacker')
    for (let client = 0; client < 100_000; client++) {
      limiter.take(`client ${client}`)
      expect(limiter.take('attacker').allowed).toBe(false)
    }
    const remembered = Array.from({ length: 100_000 }, (_, client) => limiter.debtMs(`client ${client}`))
    expect(remembered.filter((debt) => debt > 0)).toHaveLength(99)
  })

  it('refuses a key for at most one interval when the clock is set back', () => {
    const clock = clockAt()
    const limiter = createRateLimiter({ limit: 2, windowSeconds: 60, now: clock.now })
    limiter.take('a')
    limiter.take('a')
    clock.time -= 24 * 3600_000
    expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 30_000 })
    clock.time += 30_000
    expect(limiter.take('a').allowed).toBe(true)
    expect(limiter.take('b')).toEqual({ allowed: true, remaining: 1 })
  })

  it('allows no more than a full allowance when the clock jumps ahead', () => {
    const clock = clockAt()
    const limiter = createRateLimiter({ limit: 2, windowSeconds: 60, now: clock.now })
    clock.time += 365 * 24 * 3600_000
    expect([1, 2, 3].map(() => limiter.take('a').allowed)).toEqual([true, true, false])
  })

  it('refunds calls and never allows more than the limit', () => {
    const { now } = clockAt()
    const limiter = createRateLimiter({ limit: 2, windowSeconds: 60, now })
    limiter.giveBack('unknown')
    expect(limiter.debtMs('unknown')).toBe(0)
    limiter.take('a')
    limiter.take('a')
    limiter.giveBack('a')
    expect(limiter.take('a')).toEqual({ allowed: true, remaining: 0 })
    for (let count = 0; count < 10; count++) limiter.giveBack('a')
    expect([1, 2, 3].map(() => limiter.take('a').allowed)).toEqual([true, true, false])
  })

  it('adopts only a larger debt and caps the debt at one window', () => {
    const clock = clockAt()
    const limiter = createRateLimiter({ limit: 2, windowSeconds: 60, now: clock.now })
    limiter.learn('a', 60_000)
    expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 30_000 })
    limiter.learn('a', 0)
    limiter.learn('a', Number.NaN)
    expect(limiter.take('a').allowed).toBe(false)
    limiter.learn('a', Number.MAX_SAFE_INTEGER)
    expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 30_000 })
    clock.time += 30_000
    expect(limiter.take('a').allowed).toBe(true)
  })
})
