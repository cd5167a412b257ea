import { expect, it } from 'vitest'
import { createCallAllowance } from '../../orchestrator/contract/call-allowance.ts'

it('restores used calls evenly over time', () => {
  const clock = { time: 1_000_000 }
  const allowance = createCallAllowance(4, () => clock.time)
  expect(Array.from({ length: 5 }, () => allowance.take('a'))).toEqual([0, 0, 0, 0, 15_000])
  clock.time += 14_999
  expect(allowance.take('a')).toBe(1)
  clock.time += 1
  expect([allowance.take('a'), allowance.take('a')]).toEqual([0, 15_000])
})

it('counts each token separately', () => {
  const allowance = createCallAllowance(1, () => 1_000_000)
  expect([allowance.take('a'), allowance.take('b'), allowance.take('a')]).toEqual([0, 0, 60_000])
})

it('makes a token wait at most one interval when the clock is set back', () => {
  const clock = { time: 1_000_000_000 }
  const allowance = createCallAllowance(2, () => clock.time)
  allowance.take('a')
  allowance.take('a')
  clock.time = 1_000_000
  expect(allowance.take('a')).toBe(30_000)
  clock.time += 30_000
  expect(allowance.take('a')).toBe(0)
})

it('allows exactly the calls of a minute when a call returns in a fraction of a millisecond', () => {
  const clock = { time: 1_000_000_000_000 }
  const allowance = createCallAllowance(300_000, () => clock.time)
  const allowed = () => {
    let count = 0
    while (allowance.take('a') === 0) count++
    return count
  }
  expect(allowed()).toBe(300_000)
  clock.time += 1
  expect(allowed()).toBe(5)
  expect(allowance.take('a')).toBe(1)
})

it('allows any number of calls when the limit is 0', () => {
  const allowance = createCallAllowance(0, () => 1_000_000)
  expect(new Set(Array.from({ length: 1000 }, () => allowance.take('a')))).toEqual(new Set([0]))
})
