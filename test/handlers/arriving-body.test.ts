import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { arriving, type Pace } from '../../src/handlers/arriving-body.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Sends a body that the test controls. */
function scene(pace: () => Pace = () => ({ graceMs: 10_000, bytesPerSecond: 100 }), totalMs?: number) {
  const sender = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, { highWaterMark: 9 })
  const writer = sender.writable.getWriter()
  const arrived = vi.fn(async (_bytes: number) => undefined)
  const text = new Response(
    arriving(sender.readable, { pace, arrived, message: 'too slow', ...(totalMs && { totalMs }) }),
  ).text()
  let outcome: unknown = 'under way'
  text.then(
    (whole) => {
      outcome = whole.length
    },
    (error) => {
      outcome = error.code ?? error.message
    },
  )
  return {
    arrived,
    outcome: () => outcome,
    async send(bytes: number) {
      await writer.write(new Uint8Array(bytes))
      await vi.advanceTimersByTimeAsync(0)
    },
    async end() {
      await writer.close()
      await vi.advanceTimersByTimeAsync(0)
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  }
}

describe('a body that arrives', () => {
  it('passes a body through unchanged and counts each chunk first', async () => {
    const { send, end, pass, outcome, arrived } = scene()
    await send(1000)
    await pass(9000)
    await send(500)
    await end()
    expect(outcome()).toBe(1500)
    expect(arrived.mock.calls).toEqual([[1000], [500]])
  })

  it('accepts a body at the minimum rate, however long it takes', async () => {
    const { send, end, pass, outcome } = scene()
    for (let seconds = 0; seconds < 300; seconds++) {
      await send(101)
      await pass(1000)
    }
    await end()
    expect(outcome()).toBe(30_300)
  })

  it.each([
    ['sends nothing', 0, 0],
    ['stops after a fast start', 1_000_000, 0],
    ['trickles after a fast start', 1_000_000, 20],
  ])('rejects a body whose sender %s', async (_title, beginning, perSecond) => {
    const { send, pass, outcome } = scene()
    if (beginning > 0) await send(beginning)
    for (let seconds = 0; seconds < 9; seconds++) {
      if (perSecond > 0) await send(perSecond)
      await pass(1000)
    }
    expect(outcome()).toBe('under way')
    for (let seconds = 0; seconds < 6 && outcome() === 'under way'; seconds++) {
      if (perSecond > 0) await send(perSecond)
      await pass(1000)
    }
    expect(outcome()).toBe('request_too_slow')
  })

  it('rejects a body that is too slow as soon as the minimum rate rises', async () => {
    let bytesPerSecond = 100
    const { send, pass, outcome } = scene(() => ({ graceMs: 10_000, bytesPerSecond }))
    const trickle = async (seconds: number) => {
      for (let second = 0; second < seconds && outcome() === 'under way'; second++) {
        await send(101)
        await pass(1000)
      }
    }
    await trickle(60)
    expect(outcome()).toBe('under way')
    bytesPerSecond = 1000
    await trickle(15)
    expect(outcome()).toBe('request_too_slow')
  })

  it('accepts a body when the receiver itself is slow', async () => {
    const { send, end, pass, outcome, arrived } = scene()
    arrived.mockImplementationOnce(
      () => new Promise((resolve) => setTimeout(() => resolve(undefined), 60_000)),
    )
    await send(10)
    await pass(60_000)
    await send(10)
    await end()
    expect(outcome()).toBe(20)
  })

  it('rejects a body that takes longer than the total limit, at any rate', async () => {
    const { send, pass, outcome } = scene(undefined, 20_000)
    for (let seconds = 0; seconds < 19; seconds++) {
      await send(1000)
      await pass(1000)
    }
    expect(outcome()).toBe('under way')
    await send(1000)
    await pass(1000)
    expect(outcome()).toBe('request_too_slow')
  })
})
