import { describe, expect, it } from 'vitest'
import { createBreaker, type Outcome } from '../../../src/runtime/vendor-calls/breaker.ts'

function scene() {
  const clock = { now: 1_000_000 }
  const states: string[] = []
  const breaker = createBreaker({
    threshold: 3,
    pauseMs: 10_000,
    probeMs: 60_000,
    now: () => clock.now,
    onState: (state) => states.push(state),
  })
  const begin = (insists = false) => {
    const begun = breaker.begin(insists)
    if (begun.kind === 'refused') throw new Error(`refused for ${begun.retryAfterMs}`)
    return begun
  }
  const call = (...outcomes: Outcome[]) => {
    for (const outcome of outcomes) begin().end(outcome)
  }
  return { clock, states, breaker, begin, call }
}

describe('the breaker', () => {
  it.each<[string, Outcome[], string]>([
    ['two outages', ['outage', 'outage'], 'closed'],
    ['three outages in a row', ['outage', 'outage', 'outage'], 'open'],
    ['outages with an answer in between', ['outage', 'outage', 'answered', 'outage', 'outage'], 'closed'],
    ['outages with an unknown outcome in between', ['outage', 'outage', 'unknown', 'outage'], 'open'],
    ['answers only', ['answered', 'answered', 'answered', 'answered'], 'closed'],
  ])('opens only after three outages without an answer in between: %s', (_, outcomes, state) => {
    const { breaker, call } = scene()
    call(...outcomes)
    expect(breaker.state).toBe(state)
  })

  it('refuses calls while it is open and reports the remaining time', () => {
    const { call, breaker, clock } = scene()
    call('outage', 'outage', 'outage')
    clock.now += 4000
    expect(breaker.begin(false)).toEqual({ kind: 'refused', retryAfterMs: 6000 })
  })

  it('permits one probe and closes when the probe is answered', () => {
    const { call, begin, breaker, clock, states } = scene()
    call('outage', 'outage', 'outage')
    clock.now += 10_000
    const probe = begin()
    expect(breaker.begin(false).kind).toBe('refused')
    probe.end('answered')
    call('answered')
    expect(states).toEqual(['open', 'half_open', 'closed'])
  })

  it('opens again when the probe meets an outage', () => {
    const { call, begin, breaker, clock } = scene()
    call('outage', 'outage', 'outage')
    clock.now += 10_000
    begin().end('outage')
    expect(breaker.begin(false)).toEqual({ kind: 'refused', retryAfterMs: 10_000 })
  })

  it('permits another probe after a probe with an unknown outcome', () => {
    const { call, begin, breaker, clock } = scene()
    call('outage', 'outage', 'outage')
    clock.now += 10_000
    begin().end('unknown')
    begin().end('answered')
    expect(breaker.state).toBe('closed')
  })

  it('expires a probe that never ends and ignores its late outcome', () => {
    const { call, begin, breaker, clock } = scene()
    call('outage', 'outage', 'outage')
    clock.now += 10_000
    const lost = begin()
    clock.now += 59_999
    expect(breaker.begin(false)).toEqual({ kind: 'refused', retryAfterMs: 1 })
    clock.now += 1
    const second = begin()
    lost.end('outage')
    expect(breaker.state).toBe('half_open')
    second.end('answered')
    expect(breaker.state).toBe('closed')
  })

  it('ignores outcomes of calls that began before it opened', () => {
    const { call, begin, breaker } = scene()
    const [slow, failing] = [begin(), begin()]
    call('outage', 'outage', 'outage')
    slow.end('answered')
    failing.end('outage')
    expect(breaker.state).toBe('open')
  })

  it('never refuses a call that insists, and closes when such a call is answered', () => {
    const { call, begin, breaker } = scene()
    call('outage', 'outage', 'outage')
    begin(true).end('outage')
    expect(breaker.state).toBe('open')
    begin(true).end('answered')
    expect(breaker.state).toBe('closed')
  })

  it('does not stay open for hours when the clock is set back', () => {
    const { call, begin, breaker, clock } = scene()
    call('outage', 'outage', 'outage')
    clock.now -= 3_600_000
    begin().end('answered')
    expect(breaker.state).toBe('closed')
  })
})
