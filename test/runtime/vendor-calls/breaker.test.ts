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
    ['stays closed below the threshold', ['outage', 'outage'], 'closed'],
    ['opens after outages in a row', ['outage', 'outage', 'outage'], 'open'],
    ['begins to count anew after an answer', ['outage', 'outage', 'answered', 'outage', 'outage'], 'closed'],
    ['counts on over calls that say nothing', ['outage', 'outage', 'unknown', 'outage'], 'open'],
    ['never opens by answers, whatever they are', ['answered', 'answered', 'answered', 'answered'], 'closed'],
  ])('%s', (_, outcomes, state) => {
    const { breaker, call } = scene()
    call(...outcomes)
    expect(breaker.state).toBe(state)
  })

  it('refuses while it is open, and says for how long', () => {
    const { call, breaker, clock } = scene()
    call('outage', 'outage', 'outage')
    clock.now += 4000
    expect(breaker.begin(false)).toEqual({ kind: 'refused', retryAfterMs: 6000 })
  })

  it('lets one call find out, and closes when that is answered', () => {
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

  it('leaves the turn of a probe that says nothing to the next call', () => {
    const { call, begin, breaker, clock } = scene()
    call('outage', 'outage', 'outage')
    clock.now += 10_000
    begin().end('unknown')
    begin().end('answered')
    expect(breaker.state).toBe('closed')
  })

  it('gives up a probe that never ends, and does not listen to it afterwards', () => {
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

  it('does not listen to what began before it opened', () => {
    const { call, begin, breaker } = scene()
    const [slow, failing] = [begin(), begin()]
    call('outage', 'outage', 'outage')
    slow.end('answered')
    failing.end('outage')
    expect(breaker.state).toBe('open')
  })

  it('never refuses a call that insists, and closes when it is answered', () => {
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
