import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createByteQueue } from '../../../src/providers/images/sharp-queue.ts'
import { controlled, forever, settled } from '../../support/fixtures/byte-queue.ts'

describe('work ahead in the byte queue', () => {
  it('begins work ahead only while no client waits, last of all', async () => {
    const { add, begun, end } = controlled({ parallel: 1 })
    void add('a1', 'alice', 10)
    void add('ahead1', 'bob', 10, forever, true)
    void add('ahead2', 'carol', 10, forever, true)
    void add('a2', 'alice', 10)
    await end('a1')
    void add('a3', 'alice', 10)
    for (let i = 0; i < 4; i++) await end(begun.at(-1) ?? '')
    expect(begun).toEqual(['a1', 'a2', 'a3', 'ahead1', 'ahead2'])
  })

  it('leaves a slot free beside work ahead, and runs one such task at a time', async () => {
    const { add, begun, end } = controlled({ parallel: 3 })
    void add('a1', 'alice', 1)
    void add('ahead1', 'bob', 1, forever, true)
    void add('ahead2', 'carol', 1, forever, true)
    await settled()
    expect(begun).toEqual(['a1', 'ahead1'])
    void add('a2', 'alice', 1)
    await end('ahead1')
    // Two tasks of clients run, so the next would take the last slot.
    expect(begun).toEqual(['a1', 'ahead1', 'a2'])
    await end('a1')
    expect(begun).toEqual(['a1', 'ahead1', 'a2', 'ahead2'])
  })

  it('begins a client’s task at once beside work ahead for the same owner', async () => {
    const { add, begun } = controlled({ parallel: 2 })
    void add('ahead', 'alice', 50, forever, true)
    void add('a1', 'alice', 40)
    await settled()
    expect(begun).toEqual(['ahead', 'a1'])
  })

  it('holds work ahead back until it is calm', async () => {
    let isCalm = false
    const { add, begun, end } = controlled({ isCalm: () => isCalm })
    void add('a', 'alice', 10)
    void add('ahead', 'bob', 10, forever, true)
    await settled()
    expect(begun).toEqual(['a'])
    isCalm = true
    await end('a')
    expect(begun).toEqual(['a', 'ahead'])
  })

  it('drops waiting work ahead when its signal fires, without a charge to its owner', async () => {
    const { add, begun, end, queue } = controlled({ parallel: 1 })
    const leaving = new AbortController()
    void add('a1', 'alice', 10)
    const dropped = add('ahead', 'bob', 90, leaving.signal, true)
    leaving.abort()
    await expect(dropped).rejects.toMatchObject({ code: 'busy' })
    expect(queue.waitingTasks).toBe(0)
    void add('a2', 'alice', 10)
    void add('b1', 'bob', 10)
    await end('a1')
    expect(begun).toEqual(['a1', 'b1'])
  })

  it('counts work ahead and clients separately against the length of the queue', async () => {
    const { add, begun, end, queue } = controlled({ parallel: 1, maxWaiting: 4 })
    const results = [add('a', 'alice', 1)]
    results.push(add('ahead1', 'alice', 1, forever, true), add('ahead2', 'alice', 1, forever, true))
    await expect(add('ahead3', 'alice', 1, forever, true)).rejects.toMatchObject({ code: 'busy' })
    results.push(add('a2', 'alice', 1), add('a3', 'alice', 1))
    expect([queue.waitingTasks, queue.waitingClients]).toEqual([4, 2])
    for (let i = 0; i < 5; i++) await end(begun.at(-1) ?? '')
    expect(await Promise.all(results)).toHaveLength(5)
  })

  it('never begins work ahead while a client’s task waits, in any order of tasks and ends', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({
          owner: fc.constantFrom('a', 'b', 'c'),
          bytes: fc.integer({ min: 1, max: 100 }),
          isAhead: fc.boolean(),
        }),
        fc.nat(3),
      ),
      { maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const queue = createByteQueue({ budgetBytes: 100, maxWaiting: 1000, parallel: 3 })
        const running: { isAhead: boolean; end: () => void }[] = []
        const results: Promise<void>[] = []
        const endOne = (index: number) => running.splice(index % running.length, 1)[0]?.end()
        for (const step of all) {
          if (typeof step === 'number') endOne(step)
          else {
            const { owner, bytes, isAhead } = step
            const task = async () => {
              // Clients' tasks begin before work ahead, so a client that still waits would be an error of the order.
              if (isAhead) expect(queue.waitingClients).toBe(0)
              const { promise, resolve } = Promise.withResolvers<void>()
              running.push({ isAhead, end: resolve })
              expect(running.filter((other) => other.isAhead).length).toBeLessThanOrEqual(1)
              await promise
            }
            results.push(queue.run({ owner, isAhead, patience: forever }, bytes, task))
          }
          await settled()
        }
        while (running.length > 0) {
          endOne(0)
          await settled()
        }
        await Promise.all(results)
        expect([queue.takenBytes, queue.waitingTasks]).toEqual([0, 0])
      }),
      { numRuns: 60 },
    )
  })
})
