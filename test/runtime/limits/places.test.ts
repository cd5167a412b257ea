import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlaces, type Leave } from '../../../src/runtime/limits/places.ts'

const longMs = 60_000

function scene(options: { atOnce?: number; maxWaiting?: number } = {}) {
  const clock = { now: 0 }
  const places = createPlaces({ atOnce: 1, maxWaiting: 2, holdMs: 1000, now: () => clock.now, ...options })
  return { clock, places, enter: (line: 'first' | 'second' = 'second') => places.enter(line, longMs) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('places', () => {
  it('are taken in order, those in the first line before all others', async () => {
    const { enter, places } = scene({ maxWaiting: 9 })
    const begun: string[] = []
    const leave = await enter()
    const follow = (name: string, line: 'first' | 'second') =>
      enter(line).then((left) => {
        begun.push(name)
        left()
      })
    const all = [follow('a', 'second'), follow('b', 'second'), follow('change', 'first')]
    leave()
    await Promise.all(all)
    expect(begun).toEqual(['change', 'a', 'b'])
    expect(places.held).toBe(0)
  })

  it('refuse who finds the line full, each line for itself', async () => {
    const { enter, places } = scene()
    const leave = await enter()
    const waiting = [enter(), enter(), enter('first'), enter('first')]
    await expect(enter()).rejects.toMatchObject({ reason: 'line_full' })
    await expect(enter('first')).rejects.toMatchObject({ reason: 'line_full' })
    leave()
    for (const next of waiting.slice(2).concat(waiting.slice(0, 2))) (await next)()
    expect([places.held, places.waiting]).toEqual([0, 0])
  })

  it('are given back once, however often somebody says so', async () => {
    const { enter, places } = scene({ maxWaiting: 9 })
    const leave = await enter()
    const [second, third] = [enter(), enter()]
    leave()
    leave()
    ;(await second)()
    ;(await third)()
    expect(places.held).toBe(0)
  })

  it('are free again by the clock where a holder never ends', async () => {
    const { enter, clock, places } = scene()
    const lost = await enter()
    clock.now = 999
    const waiting = enter()
    await turn()
    expect(places.waiting).toBe(1)
    clock.now = 1000
    const newcomer = enter()
    const leave = await waiting
    // The place is no longer the lost one's to give.
    lost()
    expect([places.held, places.waiting]).toEqual([1, 1])
    leave()
    ;(await newcomer)()
  })

  it('do not count who has waited too long, also where their own timers are gone', async () => {
    const { enter, clock, places } = scene()
    const leave = await enter()
    const gone = [enter(), enter()].map((entry) => entry.catch((error: { reason: string }) => error.reason))
    clock.now = longMs
    const late = enter()
    expect(await Promise.all(gone)).toContain('waited_too_long')
    leave()
    ;(await late)()
    expect([places.held, places.waiting]).toEqual([0, 0])
  })

  it('tell those who lose patience', async () => {
    const { places } = scene()
    const leave = await places.enter('second', longMs)
    await expect(places.enter('second', 1)).rejects.toMatchObject({ reason: 'waited_too_long' })
    leave()
    expect([places.held, places.waiting]).toEqual([0, 0])
  })

  it('are never more than there may be, and nobody is forgotten, whoever gives up meanwhile', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('enter' as const), line: fc.constantFrom('first', 'second') }),
      fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(600) }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 60 }),
        async (atOnce, steps) => {
          const { places, clock } = scene({ atOnce, maxWaiting: 5 })
          const held: Leave[] = []
          const open: { abort: AbortController; end: Promise<string> }[] = []
          let settled = 0
          for (const now of steps) {
            if (now.kind === 'enter') {
              const abort = new AbortController()
              const end = places
                .enter(now.line, longMs, abort.signal)
                .then(
                  (leave) => {
                    held.push(leave)
                    return 'entered'
                  },
                  () => 'refused',
                )
                .finally(() => {
                  settled += 1
                })
              open.push({ abort, end })
            } else if (now.kind === 'leave') held.splice(now.which % (held.length || 1), 1)[0]?.()
            else if (now.kind === 'abort') open[now.which % (open.length || 1)]?.abort.abort()
            else clock.now += now.ms
            await turn()
            expect(places.held).toBeLessThanOrEqual(atOnce)
            expect(places.waiting).toBeLessThanOrEqual(10)
            expect(places.waiting).toBe(open.length - settled)
            // Nobody waits beside a free place.
            if (places.waiting > 0) expect(places.held).toBe(atOnce)
          }
          while (held.length > 0) {
            held.pop()?.()
            await turn()
          }
          clock.now += 1000
          const last = await places.enter('second', longMs)
          while (settled < open.length) {
            await turn()
            held.pop()?.()
          }
          last()
          expect((await Promise.all(open.map(({ end }) => end))).length).toBe(open.length)
          expect([places.held, places.waiting]).toEqual([0, 0])
        },
      ),
    )
  })
})
