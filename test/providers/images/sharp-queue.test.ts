import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createByteQueue } from '../../../src/providers/images/sharp-queue.ts'
import { controlled, forever, settled } from '../../support/fixtures/byte-queue.ts'

describe('the byte queue', () => {
  it('runs tasks concurrently while they fit, and the next when a task ends', async () => {
    const { add, begun, end, queue } = controlled()
    const results = [add('a', 'alice', 40), add('b', 'bob', 40), add('c', 'carol', 40)]
    await settled()
    expect(begun).toEqual(['a', 'b'])
    expect(queue.takenBytes).toBe(80)
    await end('a')
    expect(begun).toEqual(['a', 'b', 'c'])
    await end('b')
    await end('c')
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c'])
    expect(queue.takenBytes).toBe(0)
  })

  it('limits the number of running tasks of any size', async () => {
    const { add, begun, end } = controlled({ parallel: 2 })
    for (const name of ['a', 'b', 'c']) void add(name, name, 1)
    await settled()
    expect(begun).toEqual(['a', 'b'])
    await end('b')
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  it('leaves half of the budget to other owners, except for a single large task', async () => {
    const { add, begun, end } = controlled()
    for (const name of ['a1', 'a2', 'a3']) void add(name, 'alice', 30)
    await settled()
    expect(begun).toEqual(['a1'])
    void add('b1', 'bob', 50)
    await settled()
    expect(begun).toEqual(['a1', 'b1'])
    await end('a1')
    await end('b1')
    expect(begun).toEqual(['a1', 'b1', 'a2'])
    void add('b2', 'bob', 100)
    await end('a2')
    await end('a3')
    await settled()
    expect(begun.at(-1)).toBe('b2')
  })

  it('begins a new owner before the second task of an owner with many tasks', async () => {
    const { add, begun, end } = controlled({ parallel: 1 })
    for (let i = 1; i <= 5; i++) void add(`a${i}`, 'alice', 10)
    void add('b1', 'bob', 10)
    void add('b2', 'bob', 10)
    for (let i = 0; i < 7; i++) await end(begun.at(-1) ?? '')
    expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4', 'a5'])
  })

  it('divides its time by bytes, not by tasks', async () => {
    const { add, begun, end } = controlled({ parallel: 1 })
    for (let i = 1; i <= 3; i++) void add(`large${i}`, 'alice', 90)
    for (let i = 1; i <= 9; i++) void add(`s${i}`, 'bob', 10)
    for (let i = 0; i < 12; i++) await end(begun.at(-1) ?? '')
    expect(begun.indexOf('large2')).toBe(10)
    expect(begun.at(-1)).toBe('large3')
  })

  it('does not let small tasks overtake a large task', async () => {
    const { add, begun, end } = controlled()
    void add('s1', 'alice', 40)
    void add('large', 'bob', 90)
    void add('s2', 'alice', 10)
    void add('s3', 'carol', 10)
    await settled()
    expect(begun).not.toContain('s2')
    await end('s1')
    expect(begun).toContain('large')
  })

  it('calls `hasRoomFor` only while another task runs', async () => {
    const { add, begun, end } = controlled({ hasRoomFor: () => false })
    void add('a', 'alice', 10)
    void add('b', 'bob', 10)
    await settled()
    expect(begun).toEqual(['a'])
    await end('a')
    expect(begun).toEqual(['a', 'b'])
  })

  it('refuses a task when its waiting list is full, or half of the list is the owner’s', async () => {
    const { add, begun, end } = controlled({ parallel: 1, maxWaiting: 4 })
    const first = add('running', 'alice', 1)
    const waiting = [add('a1', 'alice', 1), add('a2', 'alice', 1)]
    await expect(add('a3', 'alice', 1)).rejects.toMatchObject({ code: 'busy', retryAfterMs: 3000 })
    waiting.push(add('b1', 'bob', 1), add('c1', 'carol', 1))
    await expect(add('d1', 'dave', 1)).rejects.toMatchObject({ code: 'busy' })
    for (let i = 0; i < 5; i++) await end(begun.at(-1) ?? '')
    expect(await Promise.all([first, ...waiting])).toHaveLength(5)
  })

  it('drops a task after its timeout, and begins the tasks behind it', async () => {
    const { add, begun, queue } = controlled()
    const impatient = new AbortController()
    void add('a', 'alice', 60)
    const large = add('large', 'bob', 90, impatient.signal)
    void add('c', 'carol', 40)
    await settled()
    expect(begun).toEqual(['a'])
    impatient.abort()
    await expect(large).rejects.toMatchObject({ code: 'busy' })
    expect(begun).toEqual(['a', 'c'])
    expect(queue.takenBytes).toBe(100)
    await expect(add('late', 'bob', 1, impatient.signal)).rejects.toMatchObject({ code: 'busy' })
  })

  it('does not charge an owner for a task that never began', async () => {
    const { add, begun, end } = controlled({ parallel: 1 })
    const impatient = new AbortController()
    void add('a1', 'alice', 10)
    const lost = add('b0', 'bob', 100, impatient.signal)
    impatient.abort()
    await expect(lost).rejects.toMatchObject({ code: 'busy' })
    void add('a2', 'alice', 10)
    void add('b1', 'bob', 10)
    await end('a1')
    expect(begun).toEqual(['a1', 'b1'])
  })

  it('releases the bytes when a task fails', async () => {
    const { add, end, queue } = controlled()
    const failing = add('a', 'alice', 100)
    const next = add('b', 'bob', 100)
    const failed = expect(failing).rejects.toThrow('broken')
    await settled()
    await end('a', new Error('broken'))
    await failed
    await end('b')
    expect(await next).toBe('b')
    expect(queue.takenBytes).toBe(0)
  })

  it('refuses a task that could never begin', async () => {
    await expect(controlled().add('a', 'alice', 101)).rejects.toThrow(RangeError)
  })

  it('never exceeds the budget and finishes all tasks in any order', async () => {
    const tasks = fc.array(
      fc.record({ owner: fc.constantFrom('a', 'b', 'c'), bytes: fc.nat(100), turns: fc.nat(3) }),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(tasks, async (jobs) => {
        const queue = createByteQueue({ budgetBytes: 100, maxWaiting: 1000 })
        let highest = 0
        const done = await Promise.all(
          jobs.map(({ owner, bytes, turns }) =>
            queue.run({ owner, patience: forever }, bytes, async () => {
              highest = Math.max(highest, queue.takenBytes)
              for (let i = 0; i < turns; i++) await Promise.resolve()
              return bytes
            }),
          ),
        )
        expect(done).toEqual(jobs.map(({ bytes }) => bytes))
        expect(highest).toBeLessThanOrEqual(100)
        expect(queue.takenBytes).toBe(0)
      }),
    )
  })
})
