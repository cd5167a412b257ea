/** Queue of a process's changes: they happen one after the other, and never within each other. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { PlaneUnavailable } from '../contract/ports.ts'

export type ChangeQueue = <T>(change: () => Promise<T>) => Promise<T>

/** Creates the queue. A change whose turn does not come within `turnMs` rejects with {@link PlaneUnavailable}, and never begins. */
export function createChangeQueue(turnMs: number): ChangeQueue {
  const surrounding = new AsyncLocalStorage<{ isOpen: boolean }>()
  let last: Promise<unknown> = Promise.resolve()

  async function run<T>(change: () => Promise<T>): Promise<T> {
    const scope = { isOpen: true }
    try {
      return await surrounding.run(scope, change)
    } finally {
      scope.isOpen = false
    }
  }

  return <T>(change: () => Promise<T>): Promise<T> => {
    // The inner change would wait for the outer change, which waits for the inner change.
    if (surrounding.getStore()?.isOpen)
      return Promise.reject(new Error('A change of the database began within another change.'))
    const turn = deadline(turnMs)
    const result = last.then(() => {
      turn.arrive()
      return run(change)
    })
    last = result.catch(() => undefined)
    return Promise.race([result, turn.missed])
  }
}

/** Rejects `missed` unless the turn arrives in time. An arrival that is too late throws. */
function deadline(turnMs: number): { arrive(): void; missed: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>()
  let error: PlaneUnavailable | undefined
  const timer = setTimeout(() => {
    error = new PlaneUnavailable('Too many changes of the database are waiting.')
    reject(error)
  }, turnMs)
  return {
    arrive() {
      clearTimeout(timer)
      if (error) throw error
    },
    missed: promise,
  }
}
