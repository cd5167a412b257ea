import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSlots, type Release } from '../../../src/runtime/limits/slots.ts'

const longMs = 60_000

function scene(options: { atOnce?: number; maxWaiting?: number } = {}) {
  const clock = { now: 0 }
  const slots = createSlots({ atOnce: 1, maxWaiting: 2, holdMs: 1000, now: () => clock.now, ...options })
  return { clock, slots, acquire: (priority: 'high' | 'low' = 'low') => slots.acquire(priority, longMs) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('slots', () => {
  it('admits waiters in order, and those with high priority first', async () => {
    const { acquire, slots } = scene({ maxWaiting: 9 })
    const begun: string[] = []
    const release = await acquire()
    const follow = (name: string, priority: 'high' | 'low') =>
      acquire(priority).then((releaseIt) => {
        begun.push(name)
        releaseIt()
      })
    const all = [follow('a', 'low'), follow('b', 'low'), follow('change', 'high')]
    release()
    await Promise.all(all)
    expect(begun).toEqual(['change', 'a', 'b'])
    expect(slots.held).toBe(0)
  })

  it('refuses a waiter when the queue of its priority is full', async () => {
    const { acquire, slots } = scene()
    const release = await acquire()
    const waiting = [acquire(), acquire(), acquire('high'), acquire('high')]
    await expect(acquire()).rejects.toMatchObject({ reason: 'line_full' })
    await expect(acquire('high')).rejects.toMatchObject({ reason: 'line_full' })
    release()
    for (const next of waiting.slice(2).concat(waiting.slice(0, 2))) (await next)()
    expect([slots.held, slots.waiting]).toEqual([0, 0])
  })

  it('frees a slot once when it is released twice', async () => {
    const { acquire, slots } = scene({ maxWaiting: 9 })
    const release = await acquire()
    const [second, third] = [acquire(), acquire()]
    release()
    release()
    ;(await second)()
    ;(await third)()
    expect(slots.held).toBe(0)
  })

  it('frees a slot after its hold time when the holder never ends', async () => {
    const { acquire, clock, slots } = scene()
    const lost = await acquire()
    clock.now = 999
    const waiting = acquire()
    await turn()
    expect(slots.waiting).toBe(1)
    clock.now = 1000
    const newcomer = acquire()
    const release = await waiting
    // The slot no longer belongs to the lost holder.
    lost()
    expect([slots.held, slots.waiting]).toEqual([1, 1])
    release()
    ;(await newcomer)()
  })

  it('dismisses waiters whose time is over even if their timers are gone', async () => {
    const { acquire, clock, slots } = scene()
    const release = await acquire()
    const gone = [acquire(), acquire()].map((entry) =>
      entry.catch((error: { reason: string }) => error.reason),
    )
    clock.now = longMs
    const late = acquire()
    expect(await Promise.all(gone)).toContain('waited_too_long')
    release()
    ;(await late)()
    expect([slots.held, slots.waiting]).toEqual([0, 0])
  })

  it('rejects a waiter after its timeout', async () => {
    const { slots } = scene()
    const release = await slots.acquire('low', longMs)
    await expect(slots.acquire('low', 1)).rejects.toMatchObject({ reason: 'waited_too_long' })
    release()
    expect([slots.held, slots.waiting]).toEqual([0, 0])
  })

  it('never exceeds the limit and settles every waiter for random acquires, releases and aborts', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('acquire' as const), priority: fc.constantFrom('high', 'low') }),
      fc.record({ kind: fc.constant('release' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(600) }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 60 }),
        async (atOnce, steps) => {
          const { slots, clock } = scene({ atOnce, maxWaiting: 5 })
          const held: Release[] = []
          const open: { abort: AbortController; end: Promise<string> }[] = []
          let settled = 0
          for (const now of steps) {
            if (now.kind === 'acquire') {
              const abort = new AbortController()
              const end = slots
                .acquire(now.priority, longMs, abort.signal)
                .then(
                  (release) => {
                    held.push(release)
                    return 'acquired'
                  },
                  () => 'refused',
                )
                .finally(() => {
                  settled += 1
                })
              open.push({ abort, end })
            } else if (now.kind === 'release') held.splice(now.which % (held.length || 1), 1)[0]?.()
            else if (now.kind === 'abort') open[now.which % (open.length || 1)]?.abort.abort()
            else clock.now += now.ms
            await turn()
            expect(slots.held).toBeLessThanOrEqual(atOnce)
            expect(slots.waiting).toBeLessThanOrEqual(10)
            expect(slots.waiting).toBe(open.length - settled)
            // No waiter waits while a slot is free.
            if (slots.waiting > 0) expect(slots.held).toBe(atOnce)
          }
          while (held.length > 0) {
            held.pop()?.()
            await turn()
          }
          clock.now += 1000
          const last = await slots.acquire('low', longMs)
          while (settled < open.length) {
            await turn()
            held.pop()?.()
          }
          last()
          expect((await Promise.all(open.map(({ end }) => end))).length).toBe(open.length)
          expect([slots.held, slots.waiting]).toEqual([0, 0])
        },
      ),
    )
  })
})
