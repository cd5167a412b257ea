import { describe, expect, it } from 'vitest'
import { type Outlet, startPump } from '../../../orchestrator/notices/pump.ts'
import { eventually } from '../../support/fixtures/eventually.ts'

/** Outlet of numbered rows whose calls end when the test says so. */
function heldOutlet(rows: number) {
  const waiting = Array.from({ length: rows }, (_, index) => index)
  const ends = new Map<number, () => void>()
  const delivered: number[] = []
  const aborted: number[] = []
  const outlet: Outlet<number> = {
    lease: async (count) => waiting.splice(0, count),
    deliver: (row, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted.push(row)
          resolve()
        })
        ends.set(row, () => {
          delivered.push(row)
          ends.delete(row)
          resolve()
        })
      }),
  }
  return { outlet, waiting, ends, delivered, aborted }
}

const quick = { pauseMs: 1, onError: () => undefined }

describe('the pump of an outbox', () => {
  it('keeps so many calls running when more rows are due, and takes the next when a call ends', async () => {
    const { outlet, ends, delivered, waiting } = heldOutlet(5)
    const pump = startPump({ outlet, parallel: 2, ...quick })
    await eventually(() => expect([...ends.keys()]).toEqual([0, 1]))
    expect(waiting).toHaveLength(3)
    ends.get(1)?.()
    await eventually(() => expect([...ends.keys()]).toEqual([0, 2]))
    for (const end of ends.values()) end()
    await eventually(() => expect([...ends.keys()]).toEqual([3, 4]))
    for (const end of ends.values()) end()
    await pump.close()
    expect(delivered.toSorted()).toEqual([0, 1, 2, 3, 4])
  })

  it('waits for running calls and leases no more when it closes', async () => {
    const { outlet, ends, delivered, waiting } = heldOutlet(3)
    const pump = startPump({ outlet, parallel: 1, ...quick })
    await eventually(() => expect(ends.size).toBe(1))
    const closed = pump.close()
    ends.get(0)?.()
    await closed
    expect(delivered).toEqual([0])
    expect(waiting).toHaveLength(2)
  })

  it('aborts calls when they outlast the end', async () => {
    const { outlet, ends, aborted } = heldOutlet(1)
    const pump = startPump({ outlet, parallel: 1, drainMs: 1, ...quick })
    await eventually(() => expect(ends.size).toBe(1))
    await pump.close()
    expect(aborted).toEqual([0])
  })

  it('goes on and reports the error when leases and calls fail', async () => {
    const errors: unknown[] = []
    let leases = 0
    const outlet: Outlet<number> = {
      async lease() {
        leases++
        if (leases === 1) throw new Error('lease')
        return leases === 2 ? [1] : []
      },
      deliver: () => Promise.reject(new Error('call')),
    }
    const pump = startPump({ outlet, parallel: 1, pauseMs: 1, onError: (error) => errors.push(error) })
    await eventually(() => expect(leases).toBeGreaterThan(3))
    await pump.close()
    expect(errors).toEqual([new Error('lease'), new Error('call')])
  })
})
